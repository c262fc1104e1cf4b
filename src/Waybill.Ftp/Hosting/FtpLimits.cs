namespace Waybill.Ftp.Hosting;

/// <summary>Every bound of an FTP connection. Each has a test that reaches it.</summary>
public sealed record FtpLimits
{
    /// <summary>Bytes of a command line, its end not counted; a path has at most 4,095.</summary>
    public int CommandLine { get; init; } = 4_352;

    /// <summary>Bytes of a user name or password.</summary>
    public int Credential { get; init; } = 255;

    /// <summary>Lines that are no command before the connection ends; a client's probes for extensions before its login are a handful.</summary>
    public int UnknownCommands { get; init; } = 20;

    /// <summary>Wrong passwords before the connection ends.</summary>
    public int LoginAttempts { get; init; } = 3;

    /// <summary>Time from accept to a successful login.</summary>
    public TimeSpan LoginTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time for a TLS handshake, of the control connection and of each data connection.</summary>
    public TimeSpan HandshakeTime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Time that a preliminary reply waits for the handshake of a data connection which the client began before it; then both go on. Two round trips to the other side of
    /// the world. As long, before that, for one that has come and that a busy server has not let in yet.
    /// </summary>
    public TimeSpan EarlyHandshakeTime { get; init; } = TimeSpan.FromMilliseconds(600);

    /// <summary>Early handshakes in a row that are not done in that time before a session's next ones are not waited for: its client waits for 150 in the midst of them.</summary>
    public int EarlyHandshakesInVain { get; init; } = 3;

    /// <summary>Time without a command after which a logged-in connection ends, unless a transfer runs.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>Time for the client to come to the port that it was given, or for us to reach the one that it named.</summary>
    public TimeSpan DataConnectTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time in which not one byte of a transfer moves before it is given up.</summary>
    public TimeSpan DataStallTime { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Time for the client to close its side after it was sent everything.</summary>
    public TimeSpan DataCloseTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Time for which the control connection must go on behind an upload that only a FIN has ended (without TLS, or without close_notify where that is let pass), before it is
    /// stored: a program that is killed ends both within a millisecond.
    /// </summary>
    public TimeSpan UnprovenEndTime { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Time for a reply to get rid of; a client that does not read is not waited for.</summary>
    public TimeSpan ReplyTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Ports tried before PASV is refused.</summary>
    public int PortTries { get; init; } = 64;

    /// <summary>
    /// Refused data connections and data ports that one control connection reports in <see cref="DataPortReportTime"/>; the last says that more follow, which are refused
    /// without a word, since each report is a row of the audit.
    /// </summary>
    public int DataPortReports { get; init; } = 20;

    /// <summary>Time for which <see cref="DataPortReports"/> holds, from the first of them on.</summary>
    public TimeSpan DataPortReportTime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Commands that wait while a transfer runs or a hash is computed and are read on for an ABOR behind them; more are read when it is done.</summary>
    public int WaitingCommands { get; init; } = 8;

    /// <summary>Characters of the name that CLNT says, kept.</summary>
    public int ClientName { get; init; } = 80;

    /// <summary>Bytes of a file that HASH computes; more is refused, since it would keep others from their turns.</summary>
    public long HashBytes { get; init; } = 64L * 1024 * 1024 * 1024;

    /// <summary>Hashes that are computed at once, of all clients, one for each login; the others wait.</summary>
    public int HashesAtOnce { get; init; } = 2;

    /// <summary>Hashes that wait for their turn; more are refused.</summary>
    public int HashesWaiting { get; init; } = 16;

    /// <summary>Time that a hash waits for its turn before it is refused.</summary>
    public TimeSpan HashWait { get; init; } = TimeSpan.FromSeconds(60);
}
