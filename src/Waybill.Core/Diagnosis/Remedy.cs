namespace Waybill.Core.Diagnosis;

/// <summary>What mends a finding, for a button; the same as the finding's command.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Target">To which account, login or address; for a policy its name.</param>
/// <param name="Value">For a key its fingerprint, for addresses those to be allowed besides what is allowed now, with blanks between; null for nothing.</param>
public sealed record Remedy(RemedyKind Kind, string Target, string? Value = null);
