namespace Waybill.Core.Feeds;

/// <summary>Which receipts are wanted.</summary>
public sealed record ReceiptQuery
{
    /// <summary>Of this account.</summary>
    public string? Account { get; init; }

    /// <summary>Of this feed.</summary>
    public string? Feed { get; init; }

    /// <summary>Of this publication.</summary>
    public long? Publication { get; init; }

    /// <summary>As this parent account sees them: what it published itself, to accounts that are its children.</summary>
    public string? By { get; init; }

    /// <summary>Published at this time or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Only what is there and nobody fetched.</summary>
    public bool Unfetched { get; init; }

    /// <summary>The newest first, instead of the order in which the files came.</summary>
    public bool NewestFirst { get; init; }

    /// <summary>The page's size.</summary>
    public int Size { get; init; } = 100;

    /// <summary><see cref="Page{T}.Next"/> of the page before.</summary>
    public string? After { get; init; }
}
