using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Waybill.Core.Numbers;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>numbers add-range | import | ranges | price | find | show</c>, and what <see cref="NumberChangeCommands"/> adds.</summary>
internal static class NumberCommands
{
    private const int HistoryShown = 20;
    private const int Found = 100;

    /// <summary>An amount of pounds on the command line.</summary>
    internal sealed record Price(long? Pence);

    internal sealed record TargetView(int Index, string? Target, string? Periods);

    internal sealed record NumberView(
        string Number, string State, string? Account, string? FormerAccount, string? Expires, bool Ends, DateTimeOffset? QuarantinedUntil, IReadOnlyList<TargetView> Targets, bool HasPin,
        string Features, string? Information, long? Block, long? Range);

    private sealed record ChangeView(long Sequence, string? Account, string Kind, DateTimeOffset At, string ActorKind, string Actor, JsonObject Data);

    private sealed record NumberWithHistory(NumberView Number, IReadOnlyList<ChangeView> History);

    private sealed record RangeView(
        long Id, string First, string Last, long Size, string? Band, long? SetupPrice, long? MonthlyPrice, string? Description, DateTimeOffset Created, string CreatedBy, long Free,
        long Quarantined, long Active, long PortedIn, long PortedOut);

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) =>
    [
        new Command("numbers", "Telephone numbers: ranges, whose each number is, what is set for it and what happened to it.")
        {
            AddRange(context), Import(context), Ranges(context), PriceRange(context), Find(context), Show(context),
            NumberChangeCommands.Activate(context), NumberChangeCommands.Deactivate(context), NumberChangeCommands.Reactivate(context), NumberChangeCommands.Target(context),
            NumberChangeCommands.Term(context), NumberChangeCommands.PortIn(context), NumberChangeCommands.PortOut(context), NumberChangeCommands.Return(context),
            NumberAccountCommands.Create(context), NumberEmergencyCommands.Create(context),
        },
    ];

    public static Argument<string> Number() => new("NUMBER") { Description = "as 01224000000 or +441224000000" };

    /// <summary>The number that was typed, or the end of the command with what is wrong with it.</summary>
    public static PhoneNumber Read(string text) => CommandContext.Require(PhoneNumber.ParseTyped(text));

    public static NumberView View(NumberDetails number) => new(
        number.Number.National, Word(number.State), number.Account, number.FormerAccount, Date(number.Expires), number.Ends, number.QuarantinedUntil,
        [.. number.Targets.Select((target, i) => new TargetView(i + 1, target?.ToShown(), number.Periods[i]?.Text))], number.HasPin, number.Features, number.Information, number.Block, number.Range);

    /// <summary>In one line, for a person.</summary>
    public static string Describe(NumberDetails number) => $"{number.Number.National} is {number.State.Show()}" + number.State switch
    {
        NumberState.Active => $": account {number.Account}, {(number.Ends ? "ends after" : "until")} {Date(number.Expires)}",
        NumberState.PortedIn => $": account {number.Account}",
        NumberState.Quarantined => $" until {CommandContext.Time(number.QuarantinedUntil)}{(number.FormerAccount is { } former ? $", for account {former}" : "")}",
        _ => "",
    };

    public static string? Date(DateOnly? date) => date?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static Command AddRange(Func<ParseResult, CommandContext> context)
    {
        var first = new Argument<string>("FIRST") { Description = "the first number, as 01224000000" };
        var last = new Argument<string>("LAST") { Description = $"the last number; a range has {NumberLimits.Range} at most" };
        var (band, setup, monthly, description) = Terms();
        var command = new Command("add-range", "Add a range of numbers; all of them are free.") { first, last, band, setup, monthly, description };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var terms = new RangeTerms(parse.GetValue(band), parse.GetValue(setup)?.Pence, parse.GetValue(monthly)?.Pence, parse.GetValue(description));
            var range = CommandContext.Require(await installation.NumberRanges.AddAsync(
                new NewRange(Read(parse.GetRequiredValue(first)), Read(parse.GetRequiredValue(last)), terms), CommandContext.Operator, cancellationToken));
            here.Print(View(range), output => output.WriteLine($"range {range.Id}: {Text(range.Size)} numbers from {range.First} to {range.Last} are free"));
        });
        return command;
    }

    private static Command Import(Func<ParseResult, CommandContext> context)
    {
        var file = new Argument<string>("FILE") { Description = "CSV with the columns first and last, and if wanted band, setup, monthly (pounds) and description; - for standard input" };
        var command = new Command("import", "Add many ranges from a file; those that are there already are passed over.") { file };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var content = await InputFile.ReadAsync(parse.GetRequiredValue(file), NumberLimits.RangeFile, "a CSV file", cancellationToken);
            var ranges = CommandContext.Require(RangeCsv.Parse(content));
            await using var installation = here.Open();
            var done = CommandContext.Require(await installation.NumberRanges.ImportAsync(ranges, CommandContext.Operator, cancellationToken));
            here.Print(done, output => output.WriteLine($"{done.Added} ranges with {Text(done.Numbers)} numbers added, {done.Present} were there already"));
        });
        return command;
    }

    private static Command Ranges(Func<ParseResult, CommandContext> context)
    {
        var command = new Command("ranges", "List the ranges, and how many numbers of each are free.");
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var ranges = await CommandContext.AllPagesAsync((after, size) => installation.NumberRanges.ListAsync(size, after, cancellationToken));
            here.Print(ranges.Select(View), _ => here.PrintTable(
                ["RANGE", "FIRST", "LAST", "FREE", "ACTIVE", "QUARANTINED", "PORTED IN", "PORTED OUT", "BAND", "SETUP", "MONTHLY", "DESCRIPTION"],
                [.. ranges.Select(range => new[]
                {
                    Text(range.Id), range.First.National, range.Last.National, Text(range.Counts.Free), Text(range.Counts.Active), Text(range.Counts.Quarantined), Text(range.Counts.PortedIn),
                    Text(range.Counts.PortedOut), range.Terms.Band ?? "", Pounds(range.Terms.SetupPrice), Pounds(range.Terms.MonthlyPrice), range.Terms.Description ?? "",
                })]));
        });
        return command;
    }

    private static Command PriceRange(Func<ParseResult, CommandContext> context)
    {
        var id = new Argument<long>("RANGE") { Description = "as numbers ranges shows it" };
        var (band, setup, monthly, description) = Terms();
        var command = new Command("price", "Set band, prices and description of a range; what is not named stays. Data only: nothing is charged by it.") { id, band, setup, monthly, description };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var before = CommandContext.Require(await installation.NumberRanges.ShowAsync(parse.GetRequiredValue(id), cancellationToken)).Terms;
            var terms = new RangeTerms(
                parse.GetValue(band) ?? before.Band, parse.GetValue(setup) is { } price ? price.Pence : before.SetupPrice, parse.GetValue(monthly) is { } rent ? rent.Pence : before.MonthlyPrice,
                parse.GetValue(description) ?? before.Description);
            var range = CommandContext.Require(await installation.NumberRanges.SetTermsAsync(parse.GetRequiredValue(id), terms, CommandContext.Operator, cancellationToken));
            here.Print(View(range), output => output.WriteLine(
                $"range {range.Id} ({range.First} to {range.Last}): band {terms.Band ?? "-"}, setup {Pounds(terms.SetupPrice)}, monthly {Pounds(terms.MonthlyPrice)}, {terms.Description ?? "-"}"));
        });
        return command;
    }

    private static Command Find(Func<ParseResult, CommandContext> context)
    {
        var pattern = new Argument<string?>("PATTERN") { Description = "the beginning, or a number with _ for any digit, as 01224______", Arity = ArgumentArity.ZeroOrOne };
        var state = new Option<NumberState?>("--state") { Description = "only those that are free, quarantined, active, portedin or portedout", HelpName = "STATE" };
        var account = new Option<string?>("--account") { Description = "only those of an account", HelpName = "NUMBER" };
        var most = new Option<int>("--limit") { Description = "how many numbers at most", HelpName = "N", DefaultValueFactory = _ => Found };
        var command = new Command("find", "List numbers in their order.") { pattern, state, account, most };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var numbers = installation.OpenNumbers(configuration);
            var wanted = parse.GetValue(pattern) is { } text ? CommandContext.Require(NumberPattern.ParseTyped(text)) : null;
            var all = await CommandContext.AllPagesAsync(
                async (after, size) => CommandContext.Require(await numbers.ListAsync(
                    new NumberQuery { Pattern = wanted, State = parse.GetValue(state), Account = parse.GetValue(account), Size = size, After = after }, cancellationToken)),
                Math.Max(1, parse.GetValue(most)));
            here.Print(all.Select(View), _ => here.PrintTable(
                ["NUMBER", "STATE", "ACCOUNT", "EXPIRES", "TARGETS"],
                [.. all.Select(number => new[]
                {
                    number.Number.National, number.State.Show(), number.Account ?? "", Date(number.Expires) ?? "", string.Join(' ', number.Targets.OfType<NumberTarget>().Select(static target => target.ToShown())),
                })]));
        });
        return command;
    }

    private static Command Show(Func<ParseResult, CommandContext> context)
    {
        var number = Number();
        var command = new Command("show", "Show a number, what is set for it, and what happened to it.") { number };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var found = CommandContext.Require(await installation.OpenNumbers(configuration).ShowAsync(
                NumberCaller.Provider(CommandContext.Operator), Read(parse.GetRequiredValue(number)), cancellationToken));
            var history = (await installation.NumberChanges.OfAsync(found.Number, size: HistoryShown, cancellationToken: cancellationToken)).Items;
            here.Print(
                new NumberWithHistory(View(found), [.. history.Select(static change => new ChangeView(
                    change.Sequence, change.Account, change.Kind, change.At, CommandContext.Lower(change.ActorKind), change.Actor, change.Data))]),
                output => Write(here, output, found, history));
        });
        return command;
    }

    private static void Write(CommandContext here, TextWriter output, NumberDetails number, IReadOnlyList<NumberChange> history)
    {
        output.WriteLine(Describe(number));
        for (var i = 0; i < number.Targets.Count; i++)
        {
            if (number.Targets[i] is { } target)
            {
                output.WriteLine($"target {i + 1}     {target.ToShown()}{(number.Periods[i] is { } periods ? $" at {periods}" : "")}");
            }
        }

        output.WriteLine($"features     {(number.Features.Length == 0 ? "-" : number.Features)}");
        output.WriteLine($"PIN          {(number.HasPin ? "set" : "-")}");
        output.WriteLine($"information  {number.Information ?? "-"}");
        output.WriteLine($"range        {(number.Range is { } range ? Text(range) : "-")}");
        output.WriteLine($"block        {(number.Block is { } block ? Text(block) : "-")}");
        output.WriteLine();
        here.PrintTable(
            ["TIME", "WHAT", "ACCOUNT", "WHO", "DETAIL"],
            [.. history.Select(static change => new[]
            {
                CommandContext.Time(change.At), change.Kind, change.Account ?? "", change.Actor, change.Data.Count == 0 ? "" : CommandContext.Shown(change.Data.ToJsonString()),
            })]);
    }

    private static (Option<string?> Band, Option<Price?> Setup, Option<Price?> Monthly, Option<string?> Description) Terms() => (
        new Option<string?>("--band") { Description = "the tariff's band, as G1", HelpName = "BAND" },
        Pounds("--setup", "for each activation, in pounds"),
        Pounds("--monthly", "for each month, in pounds"),
        new Option<string?>("--description") { Description = "in words, as Aberdeen", HelpName = "TEXT" });

    private static Option<Price?> Pounds(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "PRICE",
        CustomParser = static result =>
        {
            if (RangeCsv.TryPence(result.Tokens[0].Value, out var pence))
            {
                return new Price(pence);
            }

            result.AddError("no price");
            return null;
        },
    };

    private static RangeView View(NumberRange range) => new(
        range.Id, range.First.National, range.Last.National, range.Size, range.Terms.Band, range.Terms.SetupPrice, range.Terms.MonthlyPrice, range.Terms.Description, range.Created, range.CreatedBy,
        range.Counts.Free, range.Counts.Quarantined, range.Counts.Active, range.Counts.PortedIn, range.Counts.PortedOut);

    private static string Pounds(long? pence) => pence is { } known ? (known / 100m).ToString("0.00", CultureInfo.InvariantCulture) : "-";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>As JSON has enumerations everywhere: portedIn.</summary>
    private static string Word(NumberState state) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(state.ToString());
}
