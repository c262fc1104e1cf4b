namespace Waybill.Core.Keys;

/// <summary>A login that has a key, for the audit: support may know whose key a customer sent, the customer may not.</summary>
/// <param name="Sha256">The key's fingerprint.</param>
/// <param name="UserName">The login.</param>
/// <param name="IsRevoked">It was revoked there.</param>
public sealed record KeyOwner(string Sha256, string UserName, bool IsRevoked);
