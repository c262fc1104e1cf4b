namespace Waybill.Core.Keys.Life;

/// <summary>What was done about a key that others may have.</summary>
/// <param name="Key">The key, as it stands now on the login.</param>
/// <param name="RevokedOn">The logins on which it was revoked: the one that was named, and the others of its account.</param>
/// <param name="AlsoOn">Logins of others that have it too. It is not revoked there, since a customer must not lock another one out; staff are told.</param>
/// <param name="IsBurnt">It is refused for good everywhere. One that has never logged in at the account of a customer who reports it is not: it may be another's.</param>
public sealed record LostKey(InstalledKey Key, IReadOnlyList<string> RevokedOn, IReadOnlyList<string> AlsoOn, bool IsBurnt);
