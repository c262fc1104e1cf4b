using System.CommandLine;
using Waybill.Core.Audit;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>audit search | verify</c>.</summary>
internal static class AuditCommands
{
    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) =>
        [new Command("audit", "What was done by whom, and whether the log is whole.") { Search(context), Verify(context) }];

    private static Command Search(Func<ParseResult, CommandContext> context)
    {
        var text = new Argument<string?>("TEXT") { Description = "anywhere in a row", Arity = ArgumentArity.ZeroOrOne };
        var account = new Option<string?>("--account") { HelpName = "NUMBER", Description = "of one account" };
        var actor = new Option<string?>("--actor") { HelpName = "NAME", Description = "by one login or operator" };
        var action = new Option<string?>("--action") { HelpName = "ACTION", Description = "as upload, login, login-refused, key-added" };
        var from = new Option<DateTimeOffset?>("--from") { HelpName = "TIME", Description = "not before" };
        var until = new Option<DateTimeOffset?>("--until") { HelpName = "TIME", Description = "before" };
        var limit = new Option<int>("--limit") { HelpName = "N", Description = "the most rows (100)", DefaultValueFactory = _ => 100 };
        var command = new Command("search", "Find rows, newest first.") { text, account, actor, action, from, until, limit };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var page = await installation.Audit.SearchAsync(
                new AuditQuery
                {
                    Text = parse.GetValue(text),
                    Account = parse.GetValue(account),
                    Actor = parse.GetValue(actor),
                    Action = parse.GetValue(action),
                    From = parse.GetValue(from),
                    Until = parse.GetValue(until),
                    Size = parse.GetValue(limit),
                },
                cancellationToken);
            here.Print(page.Items, output =>
            {
                foreach (var row in page.Items)
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
            if (verification.Findings.Count > 0)
            {
                throw new CommandException($"the audit log is not whole: {verification.Findings.Count} findings above; keep this database and its backups as evidence, and find out who could write to {here.Data.Root}");
            }

            if (!here.Json)
            {
                here.Output.WriteLine($"{verification.Rows} rows, all whole and in order");
            }
        });
        return command;
    }
}
