namespace Waybill.Core.Expectations;

/// <summary>An expectation to be set; one with the same folder and pattern is changed.</summary>
/// <param name="Account">The account's number.</param>
/// <param name="Feed">What it is called, as <c>cdr</c>.</param>
public sealed record NewExpectation(string Account, string Feed)
{
    /// <summary>The folder of the vault; null for that of the feed, wherever <c>Feeds:Types</c> has it, and where it has none of that name for the name.</summary>
    public string? Folder { get; init; }

    /// <summary>The files' names, with * and ?.</summary>
    public string Pattern { get; init; } = "*";

    /// <summary>The time of the day by which one is there, in the account's zone.</summary>
    public TimeOnly? By { get; init; }

    /// <summary>The days on which it is.</summary>
    public Weekdays Days { get; init; } = Weekdays.All;

    /// <summary>After how many days a file that nobody fetched is told.</summary>
    public int? UnfetchedDays { get; init; }
}
