namespace Waybill.Core.People;

/// <summary>What somebody has who has just chosen how to sign in.</summary>
/// <param name="Token">The token of the session; null where it is the one from before.</param>
/// <param name="RecoveryCodes">Codes for the day when the telephone is lost, told this once; empty where there are no new ones.</param>
public sealed record Enrolled(string? Token, IReadOnlyList<string> RecoveryCodes);
