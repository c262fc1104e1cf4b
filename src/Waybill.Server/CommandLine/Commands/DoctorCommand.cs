using System.CommandLine;
using Waybill.Core.Database;
using Waybill.Server.Checks;
using Waybill.Server.Configuration;
using Waybill.Server.Control;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>doctor</c>: what is wrong, or would be, and what to do about it. Each check stands alone: one that fails hides no other.</summary>
internal static class DoctorCommand
{
    private sealed record View(Verdict Verdict, string Check, string Message);

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context)
    {
        var command = new Command("doctor", "Check this installation: kernel, libraries, database, keys, configuration, room.");
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            here.Data.RequireInitialised();
            WaybillConfiguration? configuration = null;
            List<Finding> findings =
            [
                .. await InstallationChecks.TryAsync("platform", () => ValueTask.FromResult(InstallationChecks.Platform())),
                .. await InstallationChecks.TryAsync("configuration", () => ValueTask.FromResult(InstallationChecks.Configuration(configuration = here.LoadConfiguration(), here.Data))),
                .. await InstallationChecks.TryAsync("files", () => ValueTask.FromResult(InstallationChecks.Files(here.Data))),
                .. await InstallationChecks.TryAsync("room", () => ValueTask.FromResult(UpkeepChecks.Room(here.Data, configuration))),
                .. await InstallationChecks.TryAsync("host keys", () => ValueTask.FromResult<IEnumerable<Finding>>(InstallationChecks.HostKeys(here.Data, configuration))),
                .. await InstallationChecks.TryAsync("database", () => DatabaseAsync(here, cancellationToken)),
                .. await InstallationChecks.TryAsync("server", () => ServerAsync(here, cancellationToken)),
            ];
            here.Print(findings.Select(finding => new View(finding.Verdict, finding.Check, finding.Line(here.Data))), output =>
            {
                foreach (var finding in findings)
                {
                    output.WriteLine($"{finding.Verdict switch { Verdict.Ok => "ok      ", Verdict.Warning => "warning ", _ => "FAILURE " }} {finding.Check}: {finding.Line(here.Data)}");
                }
            });
            if (findings.Count(finding => finding.Verdict == Verdict.Failure) is var failures and > 0)
            {
                await here.Output.FlushAsync(cancellationToken);
                throw new CommandException($"{failures} of the checks above failed; mend them before customers connect");
            }
        });
        return [command];
    }

    private static async ValueTask<IEnumerable<Finding>> DatabaseAsync(CommandContext context, CancellationToken cancellationToken)
    {
        await using var installation = context.Open();
        var problems = await installation.Database.CheckAsync(cancellationToken);
        var database = problems.Count > 0
            ? new Finding(Verdict.Failure, "database", $"{problems[0]}; restore it from your backup")
            : new Finding(Verdict.Ok, "database", $"whole; SQLite {WaybillDatabase.LibraryVersion}, schema {installation.Database.SchemaVersion}");
        var verification = await installation.Audit.VerifyAsync(cancellationToken);
        var audit = verification.Intact
            ? new Finding(Verdict.Ok, "audit", $"{verification.Rows} rows, all whole and in order")
            : new Finding(Verdict.Failure, "audit", $"{verification.FindingCount} findings") { Remedy = Remedy.See("audit verify") };
        return [database, audit, .. await InstallationChecks.PeopleAsync(installation, cancellationToken), .. await FtpChecks.UseAsync(installation, cancellationToken), .. await UpkeepChecks.LookAsync(installation, cancellationToken)];
    }

    private static async ValueTask<IEnumerable<Finding>> ServerAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var running = await context.AskServerAsync(new ControlRequest(ControlCommands.Sessions), cancellationToken);
        return [new Finding(Verdict.Ok, "server", running is null ? "no server runs on this directory" : $"a server runs, {running.Sessions?.Count ?? 0} sessions")];
    }
}
