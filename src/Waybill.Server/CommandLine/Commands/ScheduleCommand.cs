using System.CommandLine;
using Waybill.Server.Configuration;
using Waybill.Server.Scheduling;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>schedule list</c>: what the server does by itself, and how it ended last.</summary>
internal static class ScheduleCommand
{
    private sealed record JobView(string Job, string Cron, DateTimeOffset? Next, DateTimeOffset? Began, DateTimeOffset? Ended, string? Problem);

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context)
    {
        var list = new Command("list", "List the jobs, when each is due next, and how it ended last.");
        list.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open();
            var known = (await installation.Schedule.ListAsync(cancellationToken)).ToDictionary(entry => entry.Job);
            JobView[] jobs =
            [
                .. Jobs(configuration).Select(job => new JobView(
                    job.Name, job.Schedule.Text, job.Schedule.After(TimeProvider.System.GetUtcNow()),
                    known.GetValueOrDefault(job.Name)?.Began, known.GetValueOrDefault(job.Name)?.Ended, known.GetValueOrDefault(job.Name)?.Problem)),
            ];
            here.Print(jobs, _ => here.PrintTable(
                ["JOB", "NEXT", "BEGAN", "ENDED", "PROBLEM"],
                [.. jobs.Select(job => new[] { job.Job, CommandContext.Time(job.Next), CommandContext.Time(job.Began), CommandContext.Time(job.Ended), job.Problem ?? "" })]));
        });
        return [new Command("schedule", "What a running server does by itself.") { list }];
    }

    private static IEnumerable<(string Name, Schedule Schedule)> Jobs(WaybillConfiguration configuration)
    {
        yield return (RetentionJobs.PlanName, RetentionJobs.PlanSchedule(configuration));
        yield return (RetentionJobs.RunName, RetentionJobs.RunSchedule(configuration));
        yield return (RetentionJobs.SettleName, RetentionJobs.SettleSchedule);
        if (CatalogueScanJob.ScheduleOf(configuration.Catalogue) is { } scan)
        {
            yield return (CatalogueScanJob.JobName, scan);
        }

        yield return (NotificationPurgeJob.JobName, NotificationPurgeJob.ScheduleOf(configuration));
        yield return (RequestPurgeJob.JobName, RequestPurgeJob.ScheduleOf(configuration));
        yield return (KeyReminderJob.JobName, KeyReminderJob.ScheduleOf(configuration));
        yield return (HandoverPurgeJob.JobName, HandoverPurgeJob.Every);
        yield return (CertificateJob.JobName, CertificateJob.ScheduleOf(configuration));
    }
}
