namespace Waybill.Core.Numbers;

/// <summary>How long what happened to numbers is told.</summary>
public sealed partial class NumberService
{
    /// <summary>Removes changes from the feed and the history that are older than <see cref="NumberOptions.ChangeDays"/>; says how many.</summary>
    public ValueTask<Result<int>> PruneChangesAsync(CancellationToken cancellationToken = default) =>
        new NumberChanges(database).PruneAsync(time.GetUtcNow().AddDays(-options.ChangeDays), cancellationToken);
}
