using System.CommandLine;
using System.Globalization;
using Waybill.Core.Arrivals;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>arrival set | list | remove</c>.</summary>
internal static class ArrivalCommands
{
    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) =>
        [new Command("arrival", "What is checked of files that customers and vendors deliver.") { Set(context), List(context), Remove(context) }];

    private static Argument<string> Account() => new("NUMBER") { Description = "the account's number" };

    private static Option<string> Folder() => new("--folder")
    {
        Description = "the folder of the vault, with all below it; /vendors/SHORT for a vendor's", HelpName = "PATH", DefaultValueFactory = _ => "/upload",
    };

    private static Option<string> Name() => new("--name") { Description = "the pattern of names, as usage_*.csv", HelpName = "PATTERN", DefaultValueFactory = _ => "*" };

    private static Command Set(Func<ParseResult, CommandContext> context)
    {
        var account = Account();
        var folder = Folder();
        var name = Name();
        var smallest = new Option<long?>("--min-size") { Description = "the fewest bytes", HelpName = "BYTES" };
        var largest = new Option<long?>("--max-size") { Description = "the most bytes", HelpName = "BYTES" };
        var header = new Option<string?>("--header") { Description = "the first line of the file, as it must be", HelpName = "LINE" };
        var columns = new Option<int?>("--columns") { Description = "how many columns each line has", HelpName = "N" };
        var command = new Command("set", "Set a rule: names of the folder that no rule's pattern has are rejected; the first rule whose pattern fits judges the file.")
        {
            account, folder, name, smallest, largest, header, columns,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var rule = CommandContext.Require(await installation.ArrivalRules.SetAsync(
                new ArrivalRule(parse.GetRequiredValue(account), parse.GetRequiredValue(folder), parse.GetRequiredValue(name))
                {
                    Smallest = parse.GetValue(smallest),
                    Largest = parse.GetValue(largest),
                    Header = parse.GetValue(header),
                    Columns = parse.GetValue(columns),
                },
                CommandContext.Operator, cancellationToken));
            here.Print(rule, output => output.WriteLine($"files {rule.Pattern} in {rule.Folder} of account {rule.Account} are checked from now on: {Words(rule)}"));
        });
        return command;
    }

    private static Command List(Func<ParseResult, CommandContext> context)
    {
        var account = Account();
        var command = new Command("list", "List an account's rules in the order in which they are asked.") { account };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var rules = CommandContext.Require(await installation.ArrivalRules.ListAsync(parse.GetRequiredValue(account), cancellationToken));
            here.Print(rules, _ => here.PrintTable(["FOLDER", "NAME", "WHAT IS CHECKED"], [.. rules.Select(rule => new[] { rule.Folder, rule.Pattern, Words(rule) })]));
        });
        return command;
    }

    private static Command Remove(Func<ParseResult, CommandContext> context)
    {
        var account = Account();
        var folder = Folder();
        var name = Name();
        var command = new Command("remove", "Remove a rule.") { account, folder, name };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var rule = CommandContext.Require(await installation.ArrivalRules.RemoveAsync(
                parse.GetRequiredValue(account), parse.GetRequiredValue(folder), parse.GetRequiredValue(name), CommandContext.Operator, cancellationToken));
            here.Print(rule, output => output.WriteLine($"the rule for {rule.Pattern} in {rule.Folder} of account {rule.Account} is removed"));
        });
        return command;
    }

    private static string Words(ArrivalRule rule)
    {
        List<string> words = [];
        if (rule.Smallest is { } smallest)
        {
            words.Add(string.Create(CultureInfo.InvariantCulture, $"at least {smallest} bytes"));
        }

        if (rule.Largest is { } largest)
        {
            words.Add(string.Create(CultureInfo.InvariantCulture, $"at most {largest} bytes"));
        }

        if (rule.Header is { } header)
        {
            words.Add($"header {Net.Logging.PeerText.Sanitise(header, 80)}");
        }

        if (rule.Columns is { } columns)
        {
            words.Add(string.Create(CultureInfo.InvariantCulture, $"{columns} columns"));
        }

        return words.Count == 0 ? "the name" : string.Join(", ", words);
    }
}
