using System.Net;
using Waybill.Storage;

namespace Waybill.Ftp.Hosting;

/// <summary>What the FTP server asks of the program around it: who may log in and what a login sees. It knows nothing of accounts or passwords itself.</summary>
public interface IFtpApplication
{
    /// <summary>
    /// Whether this user may send a password over a connection without TLS; asked when USER comes on one (<see cref="FtpMode.PlainAllowed"/>), before the password is
    /// sent. The answer for an unknown user must be that of most known ones: it must not tell who exists.
    /// </summary>
    ValueTask<bool> MayUsePlainAsync(FtpConnectionInfo connection, string user, CancellationToken cancellationToken);

    /// <summary>
    /// Logs in, or refuses by returning null; takes as long for an unknown user as for a wrong password. Where another password would not help,
    /// <see cref="FtpConnectionInfo.Refusal"/> is set, and the connection ends with those words.
    /// </summary>
    /// <param name="connection">The connection; <see cref="FtpConnectionInfo.Tls"/> is empty without TLS.</param>
    /// <param name="user">As sent: valid UTF-8 without control characters, 1 to <see cref="FtpLimits.Credential"/> bytes.</param>
    /// <param name="password">As sent: valid UTF-8 without control characters, at most <see cref="FtpLimits.Credential"/> bytes.</param>
    /// <param name="cancellationToken">Cancelled when the connection ends.</param>
    ValueTask<IFtpLogin?> LogInAsync(FtpConnectionInfo connection, string user, string password, CancellationToken cancellationToken);

    /// <summary>Somebody came to a data port for whom it was not open, or PORT named another's address: for log and audit.</summary>
    ValueTask DataPortRefusedAsync(FtpDataPortRefusal refusal) => ValueTask.CompletedTask;

    /// <summary>A connection ended: for log, metric and audit. Called exactly once for each connection, also for one that never said anything.</summary>
    ValueTask ConnectionEndedAsync(FtpConnectionReport report);
}

/// <summary>A login that succeeded, for the life of its connection.</summary>
public interface IFtpLogin : IAsyncDisposable
{
    /// <summary>Cancelled to end the connection with <see cref="FtpEndReason.Kicked"/>.</summary>
    CancellationToken Kicked { get; }

    /// <summary>What the client reads when <see cref="Kicked"/> ends the connection, where it can do something about it: one line; null for the words of all others.</summary>
    string? Farewell => null;

    /// <summary>The name that listings show as owner, of this login alone.</summary>
    string OwnerName { get; }

    /// <summary>What it may do where.</summary>
    IAccessRules Rules { get; }

    /// <summary>Where what it does is recorded.</summary>
    IFileJournal Journal { get; }

    /// <summary>Where it begins.</summary>
    VaultPath StartDirectory { get; }

    /// <summary>
    /// Whether its uploads count although the client cuts the connection without close_notify; they are flagged (<see cref="FileEvent.IsUnclean"/>). Asked for each that ends
    /// so, since what was allowed when the session began may be so no longer.
    /// </summary>
    ValueTask<bool> AcceptsUncleanUploadsAsync(CancellationToken cancellationToken);

    /// <summary>The client has said in <see cref="FtpConnectionInfo.ClientName"/> what it is, or is called otherwise now. Returns at once; it may come any number of times.</summary>
    void ClientNamed()
    {
    }

    /// <summary>Its view of the files, once for the session, which disposes of it.</summary>
    StoreResult<IFileStore> OpenStore();
}

/// <summary>What is known of a connection while it lives.</summary>
public sealed class FtpConnectionInfo
{
    /// <summary>Kestrel's connection id: in every log line and audit row.</summary>
    public required string Id { get; init; }

    /// <summary>The peer's address.</summary>
    public required IPEndPoint RemoteEndPoint { get; init; }

    /// <summary>The listener's address.</summary>
    public required IPEndPoint LocalEndPoint { get; init; }

    /// <summary>Kestrel's features, where the connection gate keeps its lease.</summary>
    public required Microsoft.AspNetCore.Http.Features.IFeatureCollection Features { get; init; }

    /// <summary>What the client called itself in CLNT, with control characters escaped; empty before.</summary>
    public string ClientName { get; internal set; } = "";

    /// <summary>The host that the client asked for in HOST, else in the TLS handshake (SNI); empty when it named none.</summary>
    public string HostName { get; internal set; } = "";

    /// <summary>Protocol and cipher, as <c>TLSv1.3 TLS_AES_256_GCM_SHA384</c>; empty without TLS.</summary>
    public string Tls { get; internal set; } = "";

    /// <summary>Set by the application before <see cref="IFtpApplication.LogInAsync"/> returns null, where another password would not help: one line for the client.</summary>
    public string? Refusal { get; set; }
}

/// <summary>Somebody was refused at a data port.</summary>
/// <param name="Connection">The control connection that it belongs to.</param>
/// <param name="Address">Who came, or whom PORT named.</param>
/// <param name="Words">What happened, in words.</param>
public sealed record FtpDataPortRefusal(FtpConnectionInfo Connection, IPEndPoint Address, string Words);

/// <summary>A connection's whole story, written when it has ended.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Reason">Why it ended.</param>
/// <param name="Detail">The same in words, for support staff; peer text in it is escaped.</param>
/// <param name="User">The user name last tried, safe to show; null if none was.</param>
/// <param name="LoggedIn">Whether a login succeeded.</param>
/// <param name="WrongPasswords">Passwords that were refused.</param>
/// <param name="BytesReceived">Bytes of files taken.</param>
/// <param name="BytesSent">Bytes of files sent.</param>
/// <param name="Duration">From accept to end.</param>
/// <param name="Commands">How often each verb was served, in the order of the table.</param>
public sealed record FtpConnectionReport(
    FtpConnectionInfo Connection, FtpEndReason Reason, string Detail, string? User, bool LoggedIn, int WrongPasswords, long BytesReceived, long BytesSent,
    TimeSpan Duration, IReadOnlyList<FtpCommandCount> Commands);

/// <summary>How often a verb was served.</summary>
/// <param name="Verb">The verb.</param>
/// <param name="Count">How often.</param>
public readonly record struct FtpCommandCount(string Verb, int Count);
