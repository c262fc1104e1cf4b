namespace Waybill.Core.Keys.Life;

/// <summary>An old key and the newest one, which is to take its place. It is read from what is known of the keys: nothing has to be declared.</summary>
/// <param name="Old">The old key.</param>
/// <param name="New">The newest key of the login.</param>
/// <param name="State">How far it is.</param>
public sealed record KeyRotation(InstalledKey Old, InstalledKey New, RotationState State)
{
    /// <summary>How long an old key must be silent that was used beside the new one.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromDays(7);

    /// <summary>The rotations of a login: one for each older key that still works.</summary>
    public static IReadOnlyList<KeyRotation> Of(IEnumerable<InstalledKey> keys, DateTimeOffset now)
    {
        var usable = keys.Where(key => key.Revoked is null && !key.IsExpired(now)).OrderBy(static key => key.Added).ThenBy(static key => key.Id).ToList();
        return [.. usable.SkipLast(1).Select(old => new KeyRotation(old, usable[^1], StateOf(old, usable[^1], now)))];
    }

    private static RotationState StateOf(InstalledKey old, InstalledKey newest, DateTimeOffset now) =>
        newest.LastUsed is null ? RotationState.NewNotUsed
        : old.LastUsed is { } used && used >= newest.Added && now - used < Quiet ? RotationState.OldStillUsed
        : RotationState.CanDropOld;
}
