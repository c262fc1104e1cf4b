namespace Waybill.Core.Keys.Life;

/// <summary>A key that works no more soon.</summary>
/// <param name="UserName">The login that has it.</param>
/// <param name="Sha256">Its fingerprint.</param>
/// <param name="Label">What it is called.</param>
/// <param name="Expires">When it stops to work.</param>
public sealed record ExpiringKey(string UserName, string Sha256, string Label, DateTimeOffset Expires);
