using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Waybill.SshKeys.Keys;

namespace Waybill.Ssh.Hosting;

/// <summary>What the SSH server asks of the program around it: who may log in and what a login can start. It knows nothing of files or accounts itself.</summary>
public interface ISshApplication
{
    /// <summary>
    /// Whether a signature by this key would be accepted for this user now. Asked for a query (RFC 4252 section 7) and again before a signature is verified;
    /// the answer for an unknown user is a plain no that takes the same way.
    /// </summary>
    ValueTask<bool> IsKeyAcceptableAsync(SshKeyOffer offer, CancellationToken cancellationToken);

    /// <summary>The signature was verified: log in, or refuse after all (a limit, a login suspended meanwhile) by returning null.</summary>
    ValueTask<ISshLogin?> LogInAsync(SshKeyOffer offer, CancellationToken cancellationToken);

    /// <summary>
    /// What a person at the client should read before the connection's first USERAUTH_FAILURE (RFC 4252 section 5.4); null for nothing. Asked once, without the
    /// user name: a text that depended on it would tell who exists.
    /// </summary>
    string? Banner(SshConnectionInfo connection) => null;

    /// <summary>A connection ended: for log, metric and audit. Called exactly once for each connection, also for one that never got as far as a version line.</summary>
    ValueTask ConnectionEndedAsync(SshConnectionReport report);
}

/// <summary>A user name with a public key, as offered on one connection.</summary>
/// <param name="Connection">The connection that it came on.</param>
/// <param name="User">The user name as sent: valid UTF-8 without control characters, 1 to 255 bytes.</param>
/// <param name="Key">The key.</param>
/// <param name="SignatureAlgorithm">The algorithm named with it, as <c>rsa-sha2-512</c>.</param>
public sealed record SshKeyOffer(SshConnectionInfo Connection, string User, SshPublicKey Key, string SignatureAlgorithm)
{
    /// <summary>
    /// For what the application found when it was asked whether the key is acceptable, until it is told to log in a moment later. Each request of the client has an
    /// offer of its own, so that nothing of an earlier one gets in (CVE-2024-45337).
    /// </summary>
    public object? Found { get; set; }
}

/// <summary>A login that succeeded, for the life of its connection.</summary>
public interface ISshLogin : IAsyncDisposable
{
    /// <summary>Cancelled to end the connection with <see cref="SshEndReason.Kicked"/>: the key was revoked, the login suspended, or an operator said so.</summary>
    CancellationToken Kicked { get; }

    /// <summary>Finds what a <c>subsystem</c> request names; null refuses it.</summary>
    ISshProgram? FindSubsystem(string name);

    /// <summary>Finds what an <c>exec</c> request names, or what a <c>shell</c> request gets: that asks with an empty command. Null refuses it.</summary>
    ISshProgram? FindCommand(string command);
}

/// <summary>Something that runs on a channel: the SFTP server, later SCP.</summary>
public interface ISshProgram
{
    /// <summary>
    /// Runs until the client has sent EOF or the program is done; the value is sent as exit-status. The pipe's input ends when the client sends EOF or the
    /// channel closes, with <see cref="IOException"/> when the connection is lost; what is written and flushed is sent before the channel closes.
    /// </summary>
    Task<int> RunAsync(IDuplexPipe channel, CancellationToken cancellationToken);

    /// <summary>
    /// Where its next turn runs. Null, as nearly always: in the connection's read loop, which it must not block. A program that is about to (its disk is slow)
    /// names threads that it may; to leave in the midst of a turn costs objects for each of them.
    /// </summary>
    PipeScheduler? TurnScheduler => null;

    /// <summary>
    /// The server is stopping: end as soon as nothing is under way, so that only transfers hold the stop up. Called at most once, on any thread, perhaps before
    /// <see cref="RunAsync"/>. A program that does not know may ignore it: it ends when the time allowed is over.
    /// </summary>
    void EndWhenIdle()
    {
    }
}

/// <summary>What is known of a connection while it lives.</summary>
public sealed class SshConnectionInfo
{
    /// <summary>Kestrel's connection id: in every log line and audit row.</summary>
    public required string Id { get; init; }

    /// <summary>The peer's address.</summary>
    public required IPEndPoint RemoteEndPoint { get; init; }

    /// <summary>The listener's address.</summary>
    public required IPEndPoint LocalEndPoint { get; init; }

    /// <summary>Kestrel's features, where the connection gate keeps its lease.</summary>
    public required IFeatureCollection Features { get; init; }

    /// <summary>The client's version line without SSH-2.0- and with control characters escaped; empty before it came.</summary>
    public string ClientSoftware { get; internal set; } = "";

    /// <summary>The same as a person would say it, as <c>PuTTY 0.78</c>; empty before the version line came.</summary>
    public string ClientName => ClientNames.Of(ClientSoftware);

    /// <summary>
    /// Set by the application before <see cref="ISshApplication.LogInAsync"/> returns null, where no other key would help (a limit): the connection then ends
    /// with these words to the client instead of a USERAUTH_FAILURE. Null otherwise.
    /// </summary>
    public string? Refusal { get; set; }

    /// <summary>What was negotiated, as <c>curve25519-sha256 ssh-ed25519 aes256-gcm@openssh.com</c>; empty before.</summary>
    public string Algorithms { get; internal set; } = "";
}

/// <summary>A connection's whole story, written when it has ended.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Reason">Why it ended.</param>
/// <param name="Detail">The same in words, for support staff; peer text in it is escaped.</param>
/// <param name="User">The user name last tried; null if none was.</param>
/// <param name="LoggedIn">Whether a login succeeded.</param>
/// <param name="AskedForNone">Whether the client tried method <c>none</c>.</param>
/// <param name="TriedMethods">Other methods it tried, in order, each once.</param>
/// <param name="OfferedKeys">Keys it offered: type and SHA256 fingerprint, in order, each once, at most <see cref="SshLimits.PublicKeyQueries"/>.</param>
/// <param name="ClientOffer">The client's algorithm lists (name and comma list), in KEXINIT order; empty before its KEXINIT came.</param>
/// <param name="BytesReceived">Bytes from the network.</param>
/// <param name="BytesSent">Bytes to the network.</param>
/// <param name="Duration">From accept to end.</param>
public sealed record SshConnectionReport(
    SshConnectionInfo Connection, SshEndReason Reason, string Detail, string? User, bool LoggedIn, bool AskedForNone, IReadOnlyList<string> TriedMethods,
    IReadOnlyList<string> OfferedKeys, IReadOnlyList<string> ClientOffer, long BytesReceived, long BytesSent, TimeSpan Duration)
{
    /// <summary>Every user, key and algorithm offered, with what became of it; at most <see cref="SshLimits.PublicKeyQueries"/> and <see cref="SshLimits.Signatures"/>.</summary>
    public IReadOnlyList<SshKeyAttempt> KeyAttempts { get; init; } = [];

    /// <summary>The last user name tried that was none (empty, too long, not UTF-8, with control characters), safe to show; null if every one was.</summary>
    public string? InvalidUser { get; init; }
}
