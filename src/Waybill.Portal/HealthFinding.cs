namespace Waybill.Portal;

/// <summary>What a check found.</summary>
/// <param name="Verdict">How bad it is.</param>
/// <param name="Check">What was looked at, in the word of <c>doctor</c>.</param>
/// <param name="Message">What is so.</param>
/// <param name="Remedy">What to do and the command that does it; null for nothing.</param>
public sealed record HealthFinding(HealthVerdict Verdict, string Check, string Message, string? Remedy);
