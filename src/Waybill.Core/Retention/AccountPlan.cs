namespace Waybill.Core.Retention;

/// <summary>What goes of one account.</summary>
/// <param name="Account">Its number.</param>
/// <param name="Files">Files that go at the plan's run or before.</param>
/// <param name="Bytes">Their size.</param>
/// <param name="NeverFetched">Of them, those that nobody has fetched as a whole.</param>
/// <param name="NextRunFiles">Of them, those that the next run removes already.</param>
/// <param name="NextRunBytes">Their size.</param>
/// <param name="Held">Files as old that stay because of a hold.</param>
/// <param name="Oldest">When the oldest that goes arrived.</param>
public sealed record AccountPlan(
    string Account, long Files, long Bytes, long NeverFetched, long NextRunFiles, long NextRunBytes, long Held, DateTimeOffset? Oldest);
