using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Waybill.Core.Retention;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>retention plan | run | log | set | remove | policies</c>.</summary>
internal static class RetentionCommands
{
    private static readonly JsonSerializerOptions LineFormat = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private sealed record PlanView(RetentionPlan Total, IReadOnlyList<AccountPlan> Accounts);

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) =>
    [
        new Command("retention", "Removes files that are old enough: what goes when, and what went.")
        {
            Plan(context), Run(context), Log(context), Set(context), Remove(context), Policies(context),
        },
    ];

    private static Command Plan(Func<ParseResult, CommandContext> context)
    {
        var account = new Option<string?>("--account") { HelpName = "NUMBER", Description = "only this account" };
        var files = new Option<bool>("--files") { Description = "list each file, not each account; with --json one object on each line" };
        var mark = new Option<bool>("--mark") { Description = "mark the files for their run and tell the customers, as the server does every day" };
        var today = new Option<DateOnly?>("--today")
        {
            HelpName = "YYYY-MM-DD", Description = "with --mark: the day by another clock, where retention doubts the clock of this machine", CustomParser = ParseDay,
        };
        var command = new Command("plan", "List what goes and how much; changes nothing without --mark.") { account, files, mark, today };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            if (parse.GetValue(today) is not null && !parse.GetValue(mark))
            {
                throw new UsageException("--today: it goes with --mark");
            }

            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            installation.OpenVaults(configuration);
            List<AccountPlan> accounts = [];
            var listFiles = parse.GetValue(files);
            var request = new PlanRequest
            {
                Mark = parse.GetValue(mark),
                Account = parse.GetValue(account),
                Today = parse.GetValue(today),
                OnAccount = listFiles ? null : accounts.Add,
                OnFile = listFiles ? file => here.Output.WriteLine(here.Json
                    ? JsonSerializer.Serialize(file, LineFormat)
                    : $"{CommandContext.Time(file.Goes)}  {file.Account}  {file.Shown}  {file.Size}  arrived {CommandContext.Time(file.Arrived)}{(file.Fetched ? "" : "  never fetched")}")
                    : null,
            };
            var plan = CommandContext.Require(await installation.OpenRetention(configuration).PlanAsync(request, CommandContext.Operator, cancellationToken));
            if (listFiles)
            {
                return;
            }

            here.Print(new PlanView(plan, accounts), output =>
            {
                if (accounts.Count > 0)
                {
                    here.PrintTable(
                        ["ACCOUNT", "FILES", "BYTES", "NEVER FETCHED", "NEXT RUN", "HELD", "OLDEST"],
                        [
                            .. accounts.Select(each => new[]
                            {
                                each.Account, Number(each.Files), Number(each.Bytes), Number(each.NeverFetched), Number(each.NextRunFiles), Number(each.Held), CommandContext.Time(each.Oldest),
                            }),
                        ]);
                }

                output.WriteLine($"next run {CommandContext.Time(plan.NextRun)}: {plan.NextRunFiles} files, {plan.NextRunBytes} bytes");
                output.WriteLine($"by {CommandContext.Time(plan.Run)}: {plan.Files} files, {plan.Bytes} bytes of {plan.Accounts} accounts; {plan.Held} files are held");
                if (request.Mark)
                {
                    output.WriteLine($"marked now: {plan.Marked} files; told now: {plan.Notices} accounts");
                }
            });
        });
        return command;
    }

    private static Command Run(Func<ParseResult, CommandContext> context)
    {
        var yes = new Option<bool>("--yes") { Description = "do it; without it the plan is shown" };
        var command = new Command("run", "Remove what is marked for a run that is due, as the server does every month.") { yes };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            if (!parse.GetValue(yes))
            {
                throw new UsageException($"this removes files; look at {ShellWord.Command(here.Data, "retention plan")} and say --yes");
            }

            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            installation.OpenVaults(configuration);
            var run = CommandContext.Require(await installation.OpenRetention(configuration).RunAsync(CommandContext.Operator, cancellationToken));
            here.Print(run, output =>
            {
                output.WriteLine($"run {run.Id}: {run.Files} files, {run.Bytes} bytes {(configuration.Retention.Archive ? "go to the archive" : "removed")}");
                foreach (var failure in run.Failures)
                {
                    output.WriteLine($"not removed: account {failure.Account} {failure.Shown}: {failure.Reason}");
                }
            });
            if (run.Failed + run.Missing > 0)
            {
                await here.Output.FlushAsync(cancellationToken);
                throw new CommandException(
                    $"{run.Failed + run.Missing} files could not be removed; the reasons are in: {ShellWord.Command(here.Data, "audit search --action retention-removed")}");
            }
        });
        return command;
    }

    private static Command Log(Func<ParseResult, CommandContext> context)
    {
        var command = new Command("log", "List the plans and runs of the past, the newest first; each removed file has a row in the audit.");
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var passes = await RetentionService.PassesAsync(installation.Database, cancellationToken);
            here.Print(passes, _ => here.PrintTable(
                ["NUMBER", "KIND", "BEGAN", "ENDED", "FILES", "BYTES", "FAILED", "MISSING", "REFUSED"],
                [
                    .. passes.Select(pass => new[]
                    {
                        Number(pass.Id), pass.Kind, CommandContext.Time(pass.Began), CommandContext.Time(pass.Ended), Number(pass.Files), Number(pass.Bytes), Number(pass.Failed),
                        Number(pass.Missing), pass.Refusal ?? "",
                    }),
                ]));
        });
        return command;
    }

    private static Command Set(Func<ParseResult, CommandContext> context)
    {
        var (account, folder) = Scope();
        var months = new Option<int>("--months") { HelpName = "M", Description = $"1 to {RetentionLimits.Months}", Required = true };
        var command = new Command("set", "Set how long the files of an account, of a folder of it, or of a folder of every account (a feed) stay.") { account, folder, months };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var (number, place, length) = (parse.GetValue(account), parse.GetValue(folder), parse.GetRequiredValue(months));
            CommandContext.Check(await installation.RetentionPolicies.SetAsync(number, place, length, CommandContext.Operator, cancellationToken));
            here.Print(
                new { account = number, folder = place ?? "/", months = length },
                output => output.WriteLine($"files in {place ?? "/"} of {(number is null ? "every account" : "account " + number)} stay {length} months"));
        });
        return command;
    }

    private static Command Remove(Func<ParseResult, CommandContext> context)
    {
        var (account, folder) = Scope();
        var command = new Command("remove", "Take a policy away; what holds above it counts again.") { account, folder };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var (number, place) = (parse.GetValue(account), parse.GetValue(folder));
            CommandContext.Check(await installation.RetentionPolicies.SetAsync(number, place, null, CommandContext.Operator, cancellationToken));
            here.Print(
                new { account = number, folder = place ?? "/", months = (int?)null },
                output => output.WriteLine($"{place ?? "/"} of {(number is null ? "every account" : "account " + number)} has no policy of its own any more"));
        });
        return command;
    }

    private static Command Policies(Func<ParseResult, CommandContext> context)
    {
        var command = new Command("policies", "List how long files stay, where that differs from Retention:Months.");
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var policies = await installation.RetentionPolicies.ListAsync(cancellationToken);
            here.Print(policies, _ => here.PrintTable(
                ["ACCOUNT", "FOLDER", "MONTHS", "SET", "BY"],
                [.. policies.Select(policy => new[] { policy.Account ?? "(all)", policy.Folder, Number(policy.Months), CommandContext.Time(policy.Set), policy.SetBy })]));
        });
        return command;
    }

    private static (Option<string?> Account, Option<string?> Folder) Scope() => (
        new Option<string?>("--account") { HelpName = "NUMBER", Description = "the account's number; left out, every account" },
        new Option<string?>("--folder") { HelpName = "PATH", Description = "a folder, as /cdr; left out, all of the vault" });

    private static DateOnly? ParseDay(System.CommandLine.Parsing.ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return day;
        }

        result.AddError($"'{text}' is no day; write it as 2026-12-31");
        return null;
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
