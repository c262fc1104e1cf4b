using Waybill.Core;
using Waybill.Core.Retention;
using Waybill.Server.Configuration;

namespace Waybill.Server.Scheduling;

/// <summary>Retention by schedule: a plan every day, a run every month.</summary>
internal static class RetentionJobs
{
    public const string PlanName = "retention-plan";

    public const string RunName = "retention-run";

    /// <summary>The jobs, in the order in which what was missed is made up for: a run after a downtime needs the plan's word about the clock.</summary>
    public static IReadOnlyList<IScheduledJob> All(RetentionService service, WaybillConfiguration configuration) =>
    [
        new Job(
            PlanName, PlanSchedule(configuration),
            async cancellationToken => await PlanAsync(service, cancellationToken)),
        new Job(
            RunName, RunSchedule(configuration),
            async cancellationToken => Describe(await service.RunAsync(Actor.System, cancellationToken))),
    ];

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

    private sealed record Job(string Name, Schedule Schedule, Func<CancellationToken, ValueTask<Outcome>> Run) : IScheduledJob
    {
        public ValueTask<Outcome> RunAsync(CancellationToken cancellationToken) => Run(cancellationToken);
    }
}
