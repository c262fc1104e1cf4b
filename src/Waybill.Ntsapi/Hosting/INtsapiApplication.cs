using System.Net;
using Waybill.Ntsapi.Numbers;

namespace Waybill.Ntsapi.Hosting;

/// <summary>What the NTSAPI server asks of the program around it: who may log in and what becomes of numbers. It knows nothing of accounts or passwords itself.</summary>
public interface INtsapiApplication
{
    /// <summary>
    /// Logs in, or refuses by returning null; takes as long for an unknown user as for a wrong password. Where another password would not help,
    /// <see cref="NtsapiConnectionInfo.Refusal"/> is set, and the connection ends with those words.
    /// </summary>
    /// <param name="connection">The connection; <see cref="NtsapiConnectionInfo.Tls"/> is empty without TLS.</param>
    /// <param name="user">As sent: printable ASCII without blanks.</param>
    /// <param name="password">As sent: printable ASCII.</param>
    /// <param name="cancellationToken">Cancelled when the connection ends.</param>
    ValueTask<INtsapiLogin?> LogInAsync(NtsapiConnectionInfo connection, string user, string password, CancellationToken cancellationToken);

    /// <summary>A connection ended: for log, metric and audit. Called exactly once for each connection, also for one that never said anything.</summary>
    ValueTask ConnectionEndedAsync(NtsapiConnectionReport report);
}

/// <summary>A login that succeeded, for the life of its connection.</summary>
public interface INtsapiLogin : IAsyncDisposable
{
    /// <summary>Its user name as it is kept: sessions and commands are counted under it.</summary>
    string UserName { get; }

    /// <summary>Cancelled to end the connection with <see cref="NtsapiEndReason.Kicked"/>.</summary>
    CancellationToken Kicked { get; }

    /// <summary>What the client reads when <see cref="Kicked"/> ends the connection, where it can do something about it: one line without a full stop; null for the words of all others.</summary>
    string? Farewell => null;

    /// <summary>Its numbers.</summary>
    INtsapiNumbers Numbers { get; }
}

/// <summary>What is known of a connection while it lives.</summary>
public sealed class NtsapiConnectionInfo
{
    /// <summary>Kestrel's connection id: in every log line and audit row.</summary>
    public required string Id { get; init; }

    /// <summary>The peer's address.</summary>
    public required IPEndPoint RemoteEndPoint { get; init; }

    /// <summary>Kestrel's features, where the connection gate keeps its lease.</summary>
    public required Microsoft.AspNetCore.Http.Features.IFeatureCollection Features { get; init; }

    /// <summary>Protocol and cipher, as <c>TLSv1.3 TLS_AES_256_GCM_SHA384</c>; empty without TLS.</summary>
    public string Tls { get; internal set; } = "";

    /// <summary>Set by the application before <see cref="INtsapiApplication.LogInAsync"/> returns null, where another password would not help: one line for the client.</summary>
    public string? Refusal { get; set; }
}

/// <summary>A connection's whole story, written when it has ended.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Reason">Why it ended.</param>
/// <param name="Detail">The same in words, for support staff; peer text in it is escaped.</param>
/// <param name="User">The user name last tried, safe to show; null if none was.</param>
/// <param name="LoggedIn">Whether a login succeeded.</param>
/// <param name="WrongPasswords">Passwords that were refused.</param>
/// <param name="TooFast">Commands that were refused because they came too fast.</param>
/// <param name="Duration">From accept to end.</param>
/// <param name="Commands">How often each verb was taken, in the order of the table.</param>
public sealed record NtsapiConnectionReport(
    NtsapiConnectionInfo Connection, NtsapiEndReason Reason, string Detail, string? User, bool LoggedIn, int WrongPasswords, int TooFast, TimeSpan Duration,
    IReadOnlyList<NtsapiCommandCount> Commands);

/// <summary>How often a verb was taken.</summary>
/// <param name="Verb">The verb.</param>
/// <param name="Count">How often.</param>
public readonly record struct NtsapiCommandCount(string Verb, int Count);
