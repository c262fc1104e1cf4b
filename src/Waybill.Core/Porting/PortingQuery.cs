namespace Waybill.Core.Porting;

/// <summary>Which orders are listed.</summary>
public sealed record PortingQuery
{
    /// <summary>Of one account; null for all.</summary>
    public string? Account { get; init; }

    /// <summary>In one state; null for all.</summary>
    public PortingState? State { get; init; }

    /// <summary>Only those that are the provider's turn, the most urgent first; else the newest first.</summary>
    public bool Queue { get; init; }

    /// <summary>The page's size.</summary>
    public int Size { get; init; } = 100;

    /// <summary><see cref="Page{T}.Next"/> of the page before.</summary>
    public string? After { get; init; }
}
