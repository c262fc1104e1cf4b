namespace Waybill.Core.Onboarding;

/// <summary>Something about a request that matches or does not.</summary>
/// <param name="Name">What was looked at, as <c>account</c>.</param>
/// <param name="Verdict">What was found.</param>
/// <param name="Words">The same in words.</param>
/// <param name="ToDo">What to do about it; null for nothing.</param>
public sealed record RequestCheck(string Name, CheckVerdict Verdict, string Words, string? ToDo = null);
