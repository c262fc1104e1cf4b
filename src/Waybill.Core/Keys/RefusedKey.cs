namespace Waybill.Core.Keys;

/// <summary>A key that is refused on every login, or was.</summary>
/// <param name="Sha256">Its public fingerprint.</param>
/// <param name="How">How its private half came to others.</param>
/// <param name="Burnt">Since when it is refused.</param>
/// <param name="BurntBy">Who brought it.</param>
/// <param name="IsProven">Whether its private half was there. A file under a passphrase only claims so, and anybody can write one around another's public key.</param>
public sealed record RefusedKey(string Sha256, string How, DateTimeOffset Burnt, string BurntBy, bool IsProven)
{
    /// <summary>When the refusal was lifted; null while it stands.</summary>
    public DateTimeOffset? Lifted { get; init; }

    /// <summary>Who lifted it.</summary>
    public string? LiftedBy { get; init; }

    /// <summary>Why.</summary>
    public string? LiftedReason { get; init; }

    /// <summary>The user names that have it installed and not revoked.</summary>
    public IReadOnlyList<string> InstalledOn { get; init; } = [];
}
