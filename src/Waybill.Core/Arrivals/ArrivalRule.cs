namespace Waybill.Core.Arrivals;

/// <summary>
/// What a delivered file must be like. For a file the rules of the nearest folder above it hold; the first whose pattern its name has judges it, and a name that
/// none of them has is refused.
/// </summary>
/// <param name="Account">The account's number.</param>
/// <param name="Folder">The folder in the vault, as the provider sees it: <c>/upload</c>, <c>/vendors/acme</c>.</param>
/// <param name="Pattern">The pattern of names, with <c>*</c> and <c>?</c>, compared without case.</param>
public sealed record ArrivalRule(string Account, string Folder, string Pattern)
{
    /// <summary>The fewest bytes.</summary>
    public long? Smallest { get; init; }

    /// <summary>The most bytes.</summary>
    public long? Largest { get; init; }

    /// <summary>The first line of the file, as it must be.</summary>
    public string? Header { get; init; }

    /// <summary>How many columns each line has.</summary>
    public int? Columns { get; init; }
}
