using System.CommandLine;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>subscription set | list</c>.</summary>
internal static class SubscriptionCommands
{
    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) =>
        [new Command("subscription", "Which feeds and file types accounts get.") { Set(context), List(context) }];

    private static Command Set(Func<ParseResult, CommandContext> context)
    {
        var number = new Argument<string>("NUMBER") { Description = "the account's number" };
        var feeds = new Option<string[]>("--feed") { Description = "a feed that it gets; may be repeated; all feeds that carry the file types if left out", HelpName = "TYPE" };
        var types = new Option<string[]>("--type") { Description = "a file type that it gets, as csv or pdf; may be repeated; all of the feeds if left out", HelpName = "EXT" };
        var all = new Option<bool>("--all") { Description = "everything, as an account that never chose" };
        var command = new Command("set", "Set all that an account gets.") { number, feeds, types, all };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var (chosenFeeds, chosenTypes) = (parse.GetValue(feeds) ?? [], parse.GetValue(types) ?? []);
            if (parse.GetValue(all) == (chosenFeeds.Length + chosenTypes.Length > 0))
            {
                throw new UsageException("say what the account gets: --feed TYPE, --type EXT, or --all alone");
            }

            await using var installation = here.Open(here.LoadConfiguration());
            var set = CommandContext.Require(await installation.Subscriptions.SetAsync(
                parse.GetRequiredValue(number), chosenFeeds, chosenTypes, CommandContext.Operator, cancellationToken));
            here.Print(set, output => output.WriteLine(
                $"account {parse.GetRequiredValue(number)} gets {(set.Count == 0 ? "everything" : string.Join(", ", set.Select(one => $"{one.Feed}/{one.FileType}")))}"));
        });
        return command;
    }

    private static Command List(Func<ParseResult, CommandContext> context)
    {
        var number = new Argument<string?>("NUMBER") { Description = "of one account only", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("list", "List what accounts chose; one that is not listed gets everything.") { number };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            if (parse.GetValue(number) is { } account)
            {
                CommandContext.Require(await installation.Accounts.FindAsync(account, cancellationToken));
            }

            var rows = await CommandContext.AllPagesAsync((after, size) => installation.Subscriptions.ListAsync(parse.GetValue(number), size, after, cancellationToken));
            here.Print(rows, _ => here.PrintTable(["ACCOUNT", "FEED", "FILE TYPE"], [.. rows.Select(row => new[] { row.Account, row.Feed, row.FileType })]));
        });
        return command;
    }
}
