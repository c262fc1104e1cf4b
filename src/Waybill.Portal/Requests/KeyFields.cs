namespace Waybill.Portal.Requests;

/// <summary>The fields of a public key, as the partial <c>_KeyFields</c> shows them.</summary>
/// <param name="Problem">What is wrong with what was sent; null for nothing.</param>
/// <param name="Value">The key as it may be shown again.</param>
internal sealed record KeyFields(string? Problem, string? Value = null);
