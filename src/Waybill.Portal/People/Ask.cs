namespace Waybill.Portal.People;

/// <summary>A form that is opened first and says what it will do, for what destroys something or is hard to take back.</summary>
/// <param name="Id">Names its fields among those of other forms on the page.</param>
/// <param name="Action">Where it is sent.</param>
/// <param name="Title">What opens it.</param>
/// <param name="Words">What it does, in a sentence.</param>
/// <param name="Button">What sends it.</param>
/// <param name="Error">What is wrong with what was sent; null for nothing.</param>
internal sealed record Ask(string Id, string Action, string Title, string Words, string Button, string? Error)
{
    /// <summary>Values that are sent along.</summary>
    public IReadOnlyList<(string Name, string Value)> Values { get; init; } = [];

    /// <summary>The label of the reason; null for a form without.</summary>
    public string? Reason { get; init; }

    /// <summary>The reason as it was sent.</summary>
    public string? Sent { get; init; }
}
