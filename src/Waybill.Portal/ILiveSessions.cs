using Waybill.Core;

namespace Waybill.Portal;

/// <summary>The sessions of protocols that live in the server's process: the server lists and ends them.</summary>
public interface ILiveSessions
{
    /// <summary>All of them, as they are at the moment, the oldest first.</summary>
    IReadOnlyList<LiveSession> All { get; }

    /// <summary>Ends one; it is recorded who did.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="actor">Who ends it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    ValueTask<Result<LiveSession>> EndAsync(string id, Actor actor, CancellationToken cancellationToken = default);
}

/// <summary>Somebody who is logged in by a protocol.</summary>
/// <param name="Id">Its id, which the log and the audit name too.</param>
/// <param name="Protocol">The protocol.</param>
/// <param name="User">The login.</param>
/// <param name="Account">Its account; null for the provider's own.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Client">What the client says it is.</param>
/// <param name="Key">The fingerprint of its key.</param>
/// <param name="Since">When it began.</param>
public sealed record LiveSession(string Id, string Protocol, string User, string? Account, string Source, string Client, string Key, DateTimeOffset Since);
