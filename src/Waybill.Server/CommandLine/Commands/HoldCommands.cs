using System.CommandLine;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>hold set | list | remove</c>.</summary>
internal static class HoldCommands
{
    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) =>
        [new Command("hold", "Legal holds: what they cover is removed by no retention and replaced, recalled or discarded by no command.") { Set(context), List(context), Remove(context) }];

    private static Command Set(Func<ParseResult, CommandContext> context)
    {
        var (account, path, reason) = Options();
        var command = new Command("set", "Hold an account, or a folder or file of it. It binds retention, publish --replace, recall and held; what a customer deletes or overwrites is still gone, so take its rights away where that matters.") { account, path, reason };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var (number, place) = (parse.GetRequiredValue(account), parse.GetValue(path));
            CommandContext.Check(await installation.Holds.SetAsync(number, place, parse.GetRequiredValue(reason), CommandContext.Operator, cancellationToken));
            here.Print(new { account = number, path = place ?? "/", held = true }, output => output.WriteLine($"{place ?? "everything"} of account {number} is held"));
        });
        return command;
    }

    private static Command Remove(Func<ParseResult, CommandContext> context)
    {
        var (account, path, reason) = Options();
        var command = new Command("remove", "End a hold; a plan marks anew what is old enough, and seven days begin again.") { account, path, reason };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var (number, place) = (parse.GetRequiredValue(account), parse.GetValue(path));
            CommandContext.Check(await installation.Holds.RemoveAsync(number, place, parse.GetRequiredValue(reason), CommandContext.Operator, cancellationToken));
            here.Print(new { account = number, path = place ?? "/", held = false }, output => output.WriteLine($"the hold on {place ?? "everything"} of account {number} has ended"));
        });
        return command;
    }

    private static Command List(Func<ParseResult, CommandContext> context)
    {
        var account = new Option<string?>("--account") { HelpName = "NUMBER", Description = "of one account" };
        var command = new Command("list", "List the holds.") { account };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var holds = await installation.Holds.ListAsync(parse.GetValue(account), cancellationToken);
            here.Print(holds, _ => here.PrintTable(
                ["ACCOUNT", "PATH", "SINCE", "BY", "REASON"],
                [.. holds.Select(hold => new[] { hold.Account, hold.Path, CommandContext.Time(hold.Set), hold.SetBy, hold.Reason })]));
        });
        return command;
    }

    private static (Option<string> Account, Option<string?> Path, Option<string> Reason) Options() => (
        new Option<string>("--account") { HelpName = "NUMBER", Description = "the account's number", Required = true },
        new Option<string?>("--path") { HelpName = "PATH", Description = "a folder or file, as /cdr or /cdr/2026-01.csv; left out, the whole account" },
        new Option<string>("--reason") { HelpName = "TEXT", Description = "why, for the audit", Required = true });
}
