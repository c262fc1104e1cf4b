namespace Waybill.Core.Numbers;

/// <summary>Which numbers are listed.</summary>
public sealed record NumberQuery
{
    /// <summary>Only those that fit; null for all.</summary>
    public NumberPattern? Pattern { get; init; }

    /// <summary>Only those of an account, by its number; null for all.</summary>
    public string? Account { get; init; }

    /// <summary>Only those in this state; null for all.</summary>
    public NumberState? State { get; init; }

    /// <summary>How many at most.</summary>
    public int Size { get; init; } = 100;

    /// <summary>The number that the page before ended with.</summary>
    public string? After { get; init; }
}
