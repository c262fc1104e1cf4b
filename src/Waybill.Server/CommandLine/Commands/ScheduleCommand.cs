using System.CommandLine;
using Waybill.Server.Scheduling;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>schedule list</c>: what the server does by itself, and how it ended last.</summary>
internal static class ScheduleCommand
{
    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context)
    {
        var list = new Command("list", "List the jobs, when each is due next, and how it ended last.");
        list.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open();
            var jobs = await new ScheduleOfJobs(installation.Schedule, configuration, TimeProvider.System).ListAsync(cancellationToken);
            here.Print(jobs, _ => here.PrintTable(
                ["JOB", "NEXT", "BEGAN", "ENDED", "PROBLEM"],
                [.. jobs.Select(job => new[] { job.Job, CommandContext.Time(job.Next), CommandContext.Time(job.Began), CommandContext.Time(job.Ended), job.Problem ?? "" })]));
        });
        return [new Command("schedule", "What a running server does by itself.") { list }];
    }
}
