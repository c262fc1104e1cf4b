using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Waybill.Core.Billing;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>balance list | show | ledger | push | import | low</c>.</summary>
internal static class BalanceCommands
{
    private sealed record BalanceView(
        string Account, long Funds, long Promo, string Currency, int Decimals, long? LowAt, bool HasOwnLow, bool IsLow, long Entries, DateTimeOffset? Changed);

    private sealed record EntryView(
        string Id, string Account, Purse Purse, long Amount, DateTimeOffset Time, string Text, string Source, long FundsAfter, long PromoAfter, DateTimeOffset Added, string AddedBy);

    private sealed record PushView(int Added, int Repeated, IReadOnlyList<BalanceView> Balances);

    private sealed record Amount(long Minor);

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) =>
    [
        new Command("balance", "Balances of accounts and their ledgers; amounts are whole minor units, as 1234 for 12.34.")
        {
            List(context), Show(context), Ledger(context), Push(context), Import(context), Low(context),
        },
    ];

    private static Command List(Func<ParseResult, CommandContext> context)
    {
        var low = new Option<bool>("--low") { Description = "only those that are low" };
        var command = new Command("list", "List the balances of all accounts.") { low };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open(here.LoadConfiguration());
            var service = installation.Balances;
            var all = await CommandContext.AllPagesAsync((after, size) => service.ListAsync(parse.GetValue(low), size, after, cancellationToken));
            here.Print(all.Select(balance => View(service, balance)), _ => here.PrintTable(
                ["ACCOUNT", "FUNDS", "PROMOTIONAL", "LOW BELOW", "ENTRIES", "CHANGED"],
                [.. all.Select(balance => new[]
                {
                    balance.Account, service.Options.Show(balance.Funds), service.Options.Show(balance.Promo), (balance.LowAt is { } mark ? service.Options.Show(mark) : "-") + (balance.IsLow ? " (low)" : ""),
                    balance.Entries.ToString(CultureInfo.InvariantCulture), CommandContext.Time(balance.Changed),
                })]));
        });
        return command;
    }

    private static Command Show(Func<ParseResult, CommandContext> context)
    {
        var account = Account();
        var command = new Command("show", "Show an account's balance.") { account };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open(here.LoadConfiguration());
            PrintBalance(here, installation.Balances, CommandContext.Require(await installation.Balances.ShowAsync(parse.GetRequiredValue(account), cancellationToken)));
        });
        return command;
    }

    private static Command Ledger(Func<ParseResult, CommandContext> context)
    {
        var account = Account();
        var most = new Option<int>("--limit") { Description = "at most so many, the latest", HelpName = "N", DefaultValueFactory = _ => 100 };
        var csv = new Option<bool>("--csv") { Description = "as a table that is safe to open in a spreadsheet" };
        var command = new Command("ledger", "List an account's entries, the latest first, each with the balance after it.") { account, most, csv };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open(here.LoadConfiguration());
            var service = installation.Balances;
            var options = service.Options;
            var statement = service.Statement(parse.GetRequiredValue(account));
            List<LedgerEntry> all = [];
            var many = Math.Max(1, parse.GetValue(most));
            while (all.Count < many && !statement.IsOver)
            {
                all.AddRange(CommandContext.Require(await statement.NextAsync(many - all.Count, cancellationToken)));
            }

            if (parse.GetValue(csv))
            {
                LedgerTable.WriteHead(here.Output, options);
                LedgerTable.WriteRows(here.Output, all, options);
                return;
            }

            here.Print(
                all.Select(static each => new EntryView(
                    each.Id, each.Account, each.Purse, each.Amount, each.Time, each.Text, each.Source, each.FundsAfter, each.PromoAfter, each.Added, each.AddedBy)),
                _ => here.PrintTable(
                    ["TIME", "ENTRY", "AMOUNT", "PURSE", "FUNDS AFTER", "TEXT"],
                    [.. all.Select(each => new[]
                    {
                        CommandContext.Time(each.Time), each.Id, options.Show(each.Amount), CommandContext.Lower(each.Purse), options.Show(each.FundsAfter), each.Text,
                    })]));
        });
        return command;
    }

    private static Command Push(Func<ParseResult, CommandContext> context)
    {
        var account = Account();
        var amount = new Argument<Amount?>("AMOUNT")
        {
            Description = "whole minor units, as 1234; -1234 for what is charged",
            CustomParser = static result => Parse(result),
        };
        var id = new Option<string>("--id") { Description = "your own name of the entry, used once; pushed again it changes nothing", HelpName = "ID", Required = true };
        var text = new Option<string>("--text") { Description = "what it is for", HelpName = "TEXT", Required = true };
        var promo = new Option<bool>("--promo") { Description = "promotional funds" };
        var time = new Option<DateTimeOffset?>("--time") { Description = "when it was booked; else now", HelpName = "TIME", CustomParser = CommandContext.ParseTime };
        var source = new Option<string?>("--source") { Description = "where it comes from; else who pushes it", HelpName = "TEXT" };
        var command = new Command("push", "Push an entry into an account's ledger.") { account, amount, id, text, promo, time, source };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open(here.LoadConfiguration());
            var entry = new NewLedgerEntry(parse.GetRequiredValue(id), parse.GetRequiredValue(account), parse.GetRequiredValue(amount)!.Minor, parse.GetRequiredValue(text))
            {
                Purse = parse.GetValue(promo) ? Purse.Promo : Purse.Funds, Time = parse.GetValue(time), Source = parse.GetValue(source),
            };
            PrintReport(here, installation.Balances, CommandContext.Require(await installation.Balances.PushAsync([entry], CommandContext.Operator, cancellationToken)));
        });
        return command;
    }

    private static Command Import(Func<ParseResult, CommandContext> context)
    {
        var file = new Argument<string>("FILE") { Description = "a table with the columns id, account, amount and text, and if wanted purse, time and source; - for standard input" };
        var command = new Command("import", "Push a table of entries: all are booked, or none.") { file };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var content = await InputFile.ReadAsync(parse.GetRequiredValue(file), BillingLimits.ImportSize, "a CSV file", cancellationToken);
            if (content.Length > BillingLimits.ImportSize)
            {
                throw new CommandException($"{parse.GetRequiredValue(file)} is larger than {BillingLimits.ImportSize >> 20} MiB; import it in several");
            }

            await using var installation = here.Open(here.LoadConfiguration());
            var entries = CommandContext.Require(LedgerTable.Read(content));
            PrintReport(here, installation.Balances, CommandContext.Require(await installation.Balances.PushAsync(entries, CommandContext.Operator, cancellationToken)));
        });
        return command;
    }

    private static Command Low(Func<ParseResult, CommandContext> context)
    {
        var account = Account();
        var mark = new Argument<LowMark?>("MARK")
        {
            Description = "minor units, none for never, or default for what the configuration says",
            CustomParser = static result => result.Tokens[0].Value switch
            {
                "none" => LowMark.None,
                "default" => LowMark.Shared,
                _ => Parse(result) is { } amount ? new LowMark(IsOwn: true, amount.Minor) : null,
            },
        };
        var command = new Command("low", "Set below how much an account is told that its balance is low.") { account, mark };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open(here.LoadConfiguration());
            PrintBalance(
                here, installation.Balances,
                CommandContext.Require(await installation.Balances.SetLowAsync(parse.GetRequiredValue(account), parse.GetRequiredValue(mark)!, CommandContext.Operator, cancellationToken)));
        });
        return command;
    }

    private static Argument<string> Account() => new("NUMBER") { Description = "the account's number" };

    private static Amount? Parse(ArgumentResult result)
    {
        if (long.TryParse(result.Tokens[0].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var minor))
        {
            return new Amount(minor);
        }

        result.AddError($"'{result.Tokens[0].Value}' is no amount; write whole minor units, as 1234 for 12.34");
        return null;
    }

    private static BalanceView View(BalanceService service, Balance balance) => new(
        balance.Account, balance.Funds, balance.Promo, service.Options.Currency, service.Options.Decimals, balance.LowAt, balance.HasOwnLow, balance.IsLow, balance.Entries, balance.Changed);

    private static string Describe(BillingOptions options, Balance balance) =>
        $"account {balance.Account}: funds {options.Show(balance.Funds)}, promotional funds {options.Show(balance.Promo)}"
        + (balance.LowAt is { } mark ? $"; {(balance.IsLow ? "low, below" : "told when below")} {options.Show(mark)}" : "");

    private static void PrintBalance(CommandContext here, BalanceService service, Balance balance) =>
        here.Print(View(service, balance), output => output.WriteLine(Describe(service.Options, balance)));

    private static void PrintReport(CommandContext here, BalanceService service, PushReport report) => here.Print(
        new PushView(report.Added, report.Repeated, [.. report.Balances.Select(balance => View(service, balance))]),
        output =>
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Added} booked, {report.Repeated} were there already"));
            foreach (var balance in report.Balances)
            {
                output.WriteLine(Describe(service.Options, balance));
            }
        });
}
