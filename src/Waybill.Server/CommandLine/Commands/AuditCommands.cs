using System.CommandLine;
using Waybill.Core.Audit;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>audit search | export | verify</c>.</summary>
internal static class AuditCommands
{
    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) =>
        [new Command("audit", "What was done by whom, and whether the log is whole.") { Search(context), Export(context), Verify(context) }];

    private static Command Search(Func<ParseResult, CommandContext> context)
    {
        var limit = new Option<int>("--limit") { HelpName = "N", Description = "the most rows (100)", DefaultValueFactory = _ => 100 };
        var command = new Command("search", "Find rows, newest first.") { limit };
        var query = Filter(command);
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var most = parse.GetValue(limit);
            if (most < 1)
            {
                throw new UsageException($"--limit: {most} rows are none; give 1 or more");
            }

            await using var installation = here.Open();
            var rows = await CommandContext.AllPagesAsync(
                (after, left) => installation.Audit.SearchAsync(query(parse) with { Size = left, After = after }, cancellationToken), most);
            here.Print(rows, output =>
            {
                foreach (var row in rows)
                {
                    string?[] parts =
                    [
                        CommandContext.Time(row.Time), row.Action, row.Outcome == "done" ? null : row.Outcome, row.Actor, row.Account is { } number ? "account " + number : null,
                        row.Subject, row.Address is { } address ? "from " + address : null, row.Detail,
                    ];
                    output.WriteLine(string.Join("  ", parts.Where(part => !string.IsNullOrEmpty(part))));
                }
            });
        });
        return command;
    }

    private static Command Export(Func<ParseResult, CommandContext> context)
    {
        var command = new Command("export", "Write all rows that match, oldest first, as comma-separated values that are safe to open in a spreadsheet.");
        var query = Filter(command);
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var export = await AuditExport.BeginAsync(installation.Audit, query(parse), CommandContext.Operator, cancellationToken);
            if (!export.Succeeded)
            {
                throw CommandException.Of(export.Problem);
            }

            await export.Value.WriteAsync(here.Output, cancellationToken);
        });
        return command;
    }

    private static Func<ParseResult, AuditQuery> Filter(Command command)
    {
        var text = new Argument<string?>("TEXT") { Description = "text in a row's subject, detail, address or connection", Arity = ArgumentArity.ZeroOrOne };
        var account = new Option<string?>("--account") { HelpName = "NUMBER", Description = "of one account" };
        var actor = new Option<string?>("--actor") { HelpName = "NAME", Description = "by one login or operator" };
        var action = new Option<string?>("--action") { HelpName = "ACTION", Description = "as upload, login, login-refused, key-added" };
        var from = new Option<DateTimeOffset?>("--from") { CustomParser = CommandContext.ParseTime, HelpName = "TIME", Description = "not before, as 2026-12-31 or 2026-12-31T12:00Z (UTC unless it says otherwise)" };
        var until = new Option<DateTimeOffset?>("--until") { CustomParser = CommandContext.ParseTime, HelpName = "TIME", Description = "before, in the same form" };
        command.Arguments.Add(text);
        foreach (var option in (Option[])[account, actor, action, from, until])
        {
            command.Options.Add(option);
        }

        return parse => new AuditQuery
        {
            Text = parse.GetValue(text),
            Account = parse.GetValue(account),
            Actor = parse.GetValue(actor),
            Action = parse.GetValue(action),
            From = parse.GetValue(from),
            Until = parse.GetValue(until),
        };
    }

    private static Command Verify(Func<ParseResult, CommandContext> context)
    {
        var command = new Command("verify", "Check that no row was edited, removed, reordered or cut off, and that the database is not an old copy.");
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var verification = await installation.Audit.VerifyAsync(cancellationToken);
            here.Print(verification, output =>
            {
                foreach (var finding in verification.Findings)
                {
                    output.WriteLine(finding.Message);
                }
            });
            if (!verification.Intact)
            {
                throw new CommandException($"the audit log is not whole, {verification.FindingCount} findings above; keep this database and its backups as evidence, and find out who could write to {here.Data.Root}");
            }

            if (!here.Json)
            {
                here.Output.WriteLine($"{verification.Rows} rows, all whole and in order");
            }
        });
        return command;
    }
}
