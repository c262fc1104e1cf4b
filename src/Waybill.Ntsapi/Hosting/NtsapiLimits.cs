namespace Waybill.Ntsapi.Hosting;

/// <summary>Every bound of an NTSAPI connection. Each has a test that reaches it.</summary>
public sealed record NtsapiLimits
{
    /// <summary>Bytes of a command, its end not counted.</summary>
    public int CommandLine { get; init; } = 1_024;

    /// <summary>Lines that are no command before the connection ends, as long as nobody has logged in.</summary>
    public int UnknownCommands { get; init; } = 20;

    /// <summary>Wrong passwords before the connection ends.</summary>
    public int LoginAttempts { get; init; } = 3;

    /// <summary>Commands that one login may send in a second, over all its sessions; a session that has not logged in counts for itself. What is more is refused.</summary>
    public int CommandsPerSecond { get; init; } = 100;

    /// <summary>Sessions of one login.</summary>
    public int SessionsPerLogin { get; init; } = 50;

    /// <summary>Numbers in one answer of ALIST; more are not listed.</summary>
    public int ListedNumbers { get; init; } = 1_000;

    /// <summary>Numbers of a block that BLKACTI takes.</summary>
    public int BlockSize { get; init; } = 1_000;

    /// <summary>Silence after which a command without an end was all, if it is one and came in one read.</summary>
    public TimeSpan QuietTime { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The same, of what is no whole command, of what came in pieces, and of sessions that have ended their commands so far.</summary>
    public TimeSpan UnfinishedTime { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Time from accept to a successful login.</summary>
    public TimeSpan LoginTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time for the TLS handshake.</summary>
    public TimeSpan HandshakeTime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Time without a command after which a logged-in connection ends.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>Time for a reply to get rid of; a client that does not read is not waited for.</summary>
    public TimeSpan ReplyTime { get; init; } = TimeSpan.FromSeconds(30);
}
