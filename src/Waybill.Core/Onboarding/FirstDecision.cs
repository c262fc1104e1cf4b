namespace Waybill.Core.Onboarding;

/// <summary>What the first of two persons decided beside account, user name and verification, which stand in the request itself. The second confirms just this.</summary>
/// <param name="StartDirectory">Where sessions of the login start; null for the root.</param>
/// <param name="Label">What the key is called; null for its comment.</param>
/// <param name="RevokeOthers">For a replacement key: the login's other keys are revoked.</param>
public sealed record FirstDecision(string? StartDirectory, string? Label, bool RevokeOthers);
