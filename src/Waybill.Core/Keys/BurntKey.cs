namespace Waybill.Core.Keys;

/// <summary>A key whose private half reached us, or was reported lost.</summary>
/// <param name="Sha256">The public fingerprint.</param>
/// <param name="InstalledOn">The user names that have this key installed and not revoked: it should be revoked there.</param>
public sealed record BurntKey(string Sha256, IReadOnlyList<string> InstalledOn);
