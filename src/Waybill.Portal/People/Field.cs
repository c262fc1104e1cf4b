namespace Waybill.Portal.People;

/// <summary>A field of a form with its label and what is wrong with it.</summary>
/// <param name="Name">Its name, and what its label is for.</param>
/// <param name="Label">What it is.</param>
/// <param name="Complete">What browsers and password managers put into it.</param>
/// <param name="Error">What is wrong; null for nothing.</param>
internal sealed record Field(string Name, string Label, string Complete, string? Error)
{
    public string Type { get; init; } = "text";

    /// <summary>What stands below the label; null for nothing.</summary>
    public string? Hint { get; init; }

    /// <summary>What is in it already: never a secret.</summary>
    public string? Value { get; init; }

    /// <summary>How many lines of text it takes; null for a field of one line.</summary>
    public int? Rows { get; init; }

    /// <summary>Which keys a telephone shows; null for all.</summary>
    public string? Keys { get; init; }

    public string? DescribedBy => (Hint, Error) switch
    {
        (null, null) => null,
        (_, null) => Name + "-hint",
        (null, _) => Name + "-error",
        _ => $"{Name}-hint {Name}-error",
    };
}
