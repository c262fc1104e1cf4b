namespace Waybill.Core.Catalogue;

/// <summary>Which files of an account are wanted.</summary>
public sealed record CatalogueQuery
{
    /// <summary>Only this path and what lies below it.</summary>
    public string? Below { get; init; }

    /// <summary>Also versions that are not there any more.</summary>
    public bool WithGone { get; init; }

    /// <summary>The page's size.</summary>
    public int Size { get; init; } = 100;

    /// <summary><see cref="Page{T}.Next"/> of the page before.</summary>
    public string? After { get; init; }
}
