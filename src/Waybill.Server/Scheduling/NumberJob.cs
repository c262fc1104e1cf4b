using Waybill.Core;
using Waybill.Core.Numbers;
using Waybill.Server.Configuration;

namespace Waybill.Server.Scheduling;

/// <summary>Frees numbers whose quarantine is over, renews or ends terms, and removes old changes from the feed, early each day.</summary>
internal sealed class NumberJob(NumberService numbers, WaybillConfiguration configuration) : IScheduledJob
{
    public const string JobName = "numbers";

    private static readonly TimeOnly At = new(0, 10);

    public string Name => JobName;

    public Schedule Schedule => ScheduleOf(configuration);

    public static Schedule ScheduleOf(WaybillConfiguration configuration) => Schedule.Daily(At, ConfigurationCheck.Zone(configuration.Provider));

    public async ValueTask<Outcome> RunAsync(CancellationToken cancellationToken)
    {
        var settled = await numbers.SettleAsync(cancellationToken);
        var pruned = await numbers.PruneChangesAsync(cancellationToken);
        return new Outcome(settled.Problem ?? pruned.Problem);
    }
}
