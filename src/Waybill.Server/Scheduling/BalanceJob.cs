using Waybill.Core;
using Waybill.Core.Billing;
using Waybill.Server.Configuration;

namespace Waybill.Server.Scheduling;

/// <summary>Looks for balances that are low by the configuration's mark though nothing was pushed, early each day.</summary>
internal sealed class BalanceJob(BalanceService balances, WaybillConfiguration configuration) : IScheduledJob
{
    public const string JobName = "balances";

    private static readonly TimeOnly At = new(0, 30);

    public string Name => JobName;

    public Schedule Schedule => ScheduleOf(configuration);

    /// <summary>A configuration with another mark is read at the start.</summary>
    public bool IsDueAtStart => true;

    public static Schedule ScheduleOf(WaybillConfiguration configuration) => Schedule.Daily(At, ConfigurationCheck.Zone(configuration.Provider));

    public async ValueTask<Outcome> RunAsync(CancellationToken cancellationToken) => new((await balances.LookAsync(cancellationToken)).Problem);
}
