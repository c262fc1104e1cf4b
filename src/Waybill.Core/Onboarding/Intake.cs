namespace Waybill.Core.Onboarding;

/// <summary>What came of a file that staff brought.</summary>
/// <param name="Request">The request.</param>
/// <param name="Outcome">What was done.</param>
/// <param name="Notes">What staff should know of it.</param>
public sealed record Intake(AccessRequest Request, IntakeOutcome Outcome, IReadOnlyList<string> Notes);
