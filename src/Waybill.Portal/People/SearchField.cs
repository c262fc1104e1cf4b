namespace Waybill.Portal.People;

/// <summary>The search above a list.</summary>
/// <param name="Label">What is searched for.</param>
/// <param name="Hint">How; null for nothing.</param>
/// <param name="Value">What was searched for.</param>
internal sealed record SearchField(string Label, string? Hint, string? Value)
{
    /// <summary>The value of the address.</summary>
    public string Name { get; init; } = "q";

    /// <summary>What else the list is limited to, and stays limited to.</summary>
    public IReadOnlyList<(string Name, string Value)> Keep { get; init; } = [];
}
