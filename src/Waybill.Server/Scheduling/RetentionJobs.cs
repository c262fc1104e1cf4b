using Waybill.Core;
using Waybill.Core.Retention;
using Waybill.Server.Configuration;

namespace Waybill.Server.Scheduling;

/// <summary>Retention by schedule: a plan every day, a run every month.</summary>
internal static class RetentionJobs
{
    public const string PlanName = "retention-plan";

    public const string RunName = "retention-run";

    public const string SettleName = "retention-settle";

    /// <summary>The jobs, in the order in which what was missed is made up for: a run after a downtime needs the plan's word about the clock.</summary>
    public static IReadOnlyList<IScheduledJob> All(RetentionService service, WaybillConfiguration configuration)
    {
        // One works at a time, and a plan is not to be put off by a day because something settles in its minute.
        var turn = new SemaphoreSlim(1, 1);
        return
        [
            new Job(PlanName, PlanSchedule(configuration), turn, cancellationToken => PlanAsync(service, cancellationToken)),
            new Job(RunName, RunSchedule(configuration), turn, async cancellationToken => Describe(await service.RunAsync(Actor.System, cancellationToken))),
            new Job(SettleName, SettleSchedule, turn, cancellationToken => service.SettleAsync(Actor.System, cancellationToken)),
        ];
    }

    /// <summary>What a run has taken is ended some minutes later, not at the next plan.</summary>
    public static Schedule SettleSchedule { get; } = Schedule.Every(RetentionLimits.SettleEvery);

    public static Schedule PlanSchedule(WaybillConfiguration configuration) => Schedule.Daily(
        ConfigurationCheck.TimeOfDay("Retention:PlanAt", configuration.Retention.PlanAt), ConfigurationCheck.Zone(configuration.Provider));

    public static Schedule RunSchedule(WaybillConfiguration configuration) => Schedule.Monthly(
        configuration.Retention.RunDay, ConfigurationCheck.TimeOfDay("Retention:RunAt", configuration.Retention.RunAt), ConfigurationCheck.Zone(configuration.Provider));

    public static RetentionOptions Options(WaybillConfiguration configuration) => new()
    {
        Months = configuration.Retention.Months,
        NoticeDays = configuration.Retention.NoticeDays,
        Calendar = new RunCalendar(
            configuration.Retention.RunDay, ConfigurationCheck.TimeOfDay("Retention:RunAt", configuration.Retention.RunAt), ConfigurationCheck.Zone(configuration.Provider)),
    };

    /// <summary>A plan, and a run that was due and came to nothing: it is not to wait for the next month until the clock or the archive is as it should be.</summary>
    internal static async ValueTask<Outcome> PlanAsync(RetentionService service, CancellationToken cancellationToken)
    {
        var plan = await service.PlanAsync(new PlanRequest { Mark = true }, Actor.System, cancellationToken);
        return plan.Succeeded && await service.IsRunOwedAsync(cancellationToken)
            ? Describe(await service.RunAsync(Actor.System, cancellationToken))
            : new Outcome(plan.Problem);
    }

    private static Outcome Describe(Result<RetentionRun> run) =>
        !run.Succeeded ? new Outcome(run.Problem)
        : run.Value.Failed + run.Value.Missing == 0 ? Outcome.Done
        : new Outcome(new Problem(
            ProblemKind.Unusable, $"{run.Value.Failed + run.Value.Missing} files could not be removed, {run.Value.Files} were; see: waybill audit search --action retention-removed"));

    private sealed record Job(string Name, Schedule Schedule, SemaphoreSlim Turn, Func<CancellationToken, ValueTask<Outcome>> Run) : IScheduledJob
    {
        public async ValueTask<Outcome> RunAsync(CancellationToken cancellationToken)
        {
            await Turn.WaitAsync(cancellationToken);
            try
            {
                return await Run(cancellationToken);
            }
            finally
            {
                Turn.Release();
            }
        }
    }
}
