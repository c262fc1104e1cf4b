namespace Waybill.Portal.People;

/// <summary>The search above a list.</summary>
/// <param name="Label">What is searched for.</param>
/// <param name="Hint">How; null for nothing.</param>
/// <param name="Value">What was searched for.</param>
internal sealed record SearchField(string Label, string? Hint, string? Value);
