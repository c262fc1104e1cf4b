namespace Waybill.Core.Keys;

/// <summary>A public key of a login.</summary>
/// <param name="Id">The database's number for it.</param>
/// <param name="Type">Its SSH type, as <c>ssh-ed25519</c>.</param>
/// <param name="Bits">Bits as OpenSSH counts them.</param>
/// <param name="Sha256">Its fingerprint, as <c>SHA256:...</c>.</param>
/// <param name="Md5">The same in old notation, as <c>64:73:...</c>; for comparing by eye.</param>
/// <param name="Blob">The key itself in wire form.</param>
/// <param name="Label">What it is called.</param>
/// <param name="Added">When it was added.</param>
/// <param name="AddedBy">By whom.</param>
/// <param name="Expires">When it stops working; null means never.</param>
/// <param name="LastUsed">When it last logged in.</param>
/// <param name="LastUsedFrom">From which address.</param>
/// <param name="LastUsedClient">With which client software.</param>
/// <param name="Revoked">When it was revoked; null if it was not.</param>
/// <param name="RevokedBy">By whom.</param>
/// <param name="RevokedReason">Why.</param>
public sealed record InstalledKey(
    long Id, string Type, int Bits, string Sha256, string Md5, ReadOnlyMemory<byte> Blob, string Label, DateTimeOffset Added, string AddedBy,
    DateTimeOffset? Expires, DateTimeOffset? LastUsed, string? LastUsedFrom, string? LastUsedClient, DateTimeOffset? Revoked, string? RevokedBy,
    string? RevokedReason)
{
    /// <summary>Whether it has run out at <paramref name="now"/>.</summary>
    public bool IsExpired(DateTimeOffset now) => Expires is { } expires && expires <= now;
}
