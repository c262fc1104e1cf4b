namespace Waybill.Core.Retention;

/// <summary>What goes, in all.</summary>
/// <param name="NextRun">The next run.</param>
/// <param name="Run">The run that is planned for: the first one that is far enough away to mark files for it and to tell the customers.</param>
/// <param name="Accounts">Accounts that lose files.</param>
/// <param name="Files">Files that go at that run or before.</param>
/// <param name="Bytes">Their size.</param>
/// <param name="NextRunFiles">Of them, those that the next run removes.</param>
/// <param name="NextRunBytes">Their size.</param>
/// <param name="Held">Files as old that a hold keeps.</param>
/// <param name="Marked">Files that this plan marked.</param>
/// <param name="Notices">Accounts that this plan told.</param>
public sealed record RetentionPlan(
    DateTimeOffset NextRun, DateTimeOffset Run, long Accounts, long Files, long Bytes, long NextRunFiles, long NextRunBytes, long Held, long Marked, long Notices);
