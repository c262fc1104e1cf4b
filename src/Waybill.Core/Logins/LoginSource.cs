namespace Waybill.Core.Logins;

/// <summary>An address that somebody logged in from.</summary>
/// <param name="Address">The address, as the audit has it.</param>
/// <param name="Time">When, the last time.</param>
public sealed record LoginSource(string Address, DateTimeOffset Time);
