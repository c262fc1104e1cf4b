namespace Waybill.Core.Feeds;

/// <summary>What is to be taken back: a publication with all its files, or files by their places.</summary>
/// <param name="Reason">Why.</param>
public sealed record RecallRequest(string Reason)
{
    /// <summary>The publication's number.</summary>
    public long? Publication { get; init; }

    /// <summary>The account's number, with <see cref="Paths"/>.</summary>
    public string? Account { get; init; }

    /// <summary>Places in the account's vault, as <c>/cdr/june.csv</c>.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];
}
