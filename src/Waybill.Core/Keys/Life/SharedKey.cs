namespace Waybill.Core.Keys.Life;

/// <summary>A key that more than one login has: who holds its private half can be any of them, and the audit cannot tell who it was.</summary>
/// <param name="Sha256">Its fingerprint.</param>
/// <param name="Type">Its SSH type.</param>
/// <param name="Logins">The user names that have it, not revoked; at most <see cref="KeyLife.LoginsNamed"/>.</param>
/// <param name="Count">How many there are.</param>
public sealed record SharedKey(string Sha256, string Type, IReadOnlyList<string> Logins, int Count);
