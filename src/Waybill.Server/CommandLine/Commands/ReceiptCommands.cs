using System.CommandLine;
using Waybill.Core;
using Waybill.Core.Feeds;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>receipts list</c>.</summary>
internal static class ReceiptCommands
{
    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) =>
        [new Command("receipts", "What was published, and who first fetched it.") { List(context) }];

    private static Command List(Func<ParseResult, CommandContext> context)
    {
        var account = new Option<string?>("--account") { Description = "of one account only", HelpName = "NUMBER" };
        var feed = new Option<string?>("--feed") { Description = "of one feed only", HelpName = "TYPE" };
        var publication = new Option<long?>("--publication") { Description = "of one publication only", HelpName = "ID" };
        var by = new Option<string?>("--by") { Description = "as this parent account sees them: what it published to its children", HelpName = "NUMBER" };
        var since = new Option<DateTimeOffset?>("--since") { Description = "published then or later, as 2027-01-31", HelpName = "TIME", CustomParser = CommandContext.ParseTime };
        var unfetched = new Option<bool>("--unfetched") { Description = "only files that are there and that nobody fetched" };
        var limit = new Option<int>("--limit") { Description = "at most so many", HelpName = "N", DefaultValueFactory = _ => 1000 };
        var csv = new Option<bool>("--csv") { Description = "all of them, as comma-separated values, safe to open in a spreadsheet" };
        var command = new Command("list", "List delivery receipts in the order in which the files came.") { account, feed, publication, by, since, unfetched, limit, csv };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open(here.LoadConfiguration());
            var query = new ReceiptQuery
            {
                Account = parse.GetValue(account), Feed = parse.GetValue(feed), Publication = parse.GetValue(publication), By = parse.GetValue(by),
                Since = parse.GetValue(since), Unfetched = parse.GetValue(unfetched),
            };
            async ValueTask<Page<Receipt>> PageAsync(string? after, int size) =>
                CommandContext.Require(await installation.Receipts.ListAsync(query with { After = after, Size = size }, cancellationToken));
            if (parse.GetValue(csv))
            {
                await WriteCsvAsync(here.Output, PageAsync);
                return;
            }

            var receipts = await CommandContext.AllPagesAsync(PageAsync, Math.Max(1, parse.GetValue(limit)));
            here.Print(receipts, _ => here.PrintTable(
                ["PUBLISHED", "PUBLICATION", "ACCOUNT", "FEED", "FILE", "SIZE", "PUBLISHER", "FIRST FETCHED", "BY", "GONE"],
                [.. receipts.Select(receipt => new[]
                {
                    CommandContext.Time(receipt.Published), receipt.Publication?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "-", receipt.Account, receipt.Feed, CommandContext.Shown(receipt.Path), $"{receipt.Size}",
                    CommandContext.Shown(receipt.Publisher ?? "-"), CommandContext.Time(receipt.FirstFetched), receipt.FirstFetchedBy ?? "-",
                    receipt.GoneHow is null ? "-" : $"{CommandContext.Time(receipt.Gone)} {receipt.GoneHow}",
                })]));
        });
        return command;
    }

    private static async ValueTask WriteCsvAsync(TextWriter output, Func<string?, int, ValueTask<Page<Receipt>>> page)
    {
        ReceiptCsv.WriteHead(output);
        string? after = null;
        do
        {
            var receipts = await page(after, Page<Receipt>.MaximumSize);
            ReceiptCsv.WriteRows(output, receipts.Items);
            after = receipts.Next;
        }
        while (after is not null);
    }
}
