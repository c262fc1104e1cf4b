using System.CommandLine;
using System.Globalization;
using Waybill.Core;
using Waybill.Core.Numbers;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>numbers activate | deactivate | reactivate | target | term | port-in | port-out | return</c>.</summary>
internal static class NumberChangeCommands
{
    private const string NoTarget = "none";

    /// <summary>A day on the command line.</summary>
    internal sealed record Day(DateOnly Date);

    private sealed record PortedView(string Account, int Added, int Present);

    public static Command Activate(Func<ParseResult, CommandContext> context)
    {
        var (number, account) = (NumberCommands.Number(), Account());
        var command = new Command("activate", "Give a free number to an account.") { number, account };
        command.SetAction((parse, cancellationToken) => ChangeAsync(
            context(parse), numbers => numbers.ActivateAsync(
                NumberCaller.ProviderFor(parse.GetRequiredValue(account), CommandContext.Operator), NumberCommands.Read(parse.GetRequiredValue(number)), cancellationToken)));
        return command;
    }

    public static Command Deactivate(Func<ParseResult, CommandContext> context) => Simple(
        context, "deactivate", "Take a number from its account; it is kept for that account for the time of quarantine.",
        static (numbers, number, cancellationToken) => numbers.DeactivateAsync(NumberCaller.Provider(CommandContext.Operator), number, cancellationToken));

    public static Command Reactivate(Func<ParseResult, CommandContext> context) => Simple(
        context, "reactivate", "Give a number back to the account that had it last, while nobody else has taken it.",
        static (numbers, number, cancellationToken) => numbers.ReactivateAsync(NumberCaller.Provider(CommandContext.Operator), number, cancellationToken));

    public static Command PortOut(Func<ParseResult, CommandContext> context) => Simple(
        context, "port-out", "Say that a number went to another provider.",
        static (numbers, number, cancellationToken) => numbers.PortOutAsync(number, CommandContext.Operator, cancellationToken));

    public static Command Return(Func<ParseResult, CommandContext> context) => Simple(
        context, "return", "Say that a number of a range came back from the provider that it had gone to.",
        static (numbers, number, cancellationToken) => numbers.ReturnAsync(number, CommandContext.Operator, cancellationToken));

    public static Command Target(Func<ParseResult, CommandContext> context)
    {
        var number = NumberCommands.Number();
        var index = new Argument<int>("INDEX") { Description = $"which target, 1 to {NumberLimits.Targets}; calls try them in turn" };
        var target = new Argument<string?>("TARGET") { Description = "as S:441224000000@sip.example.com, F:fax@example.com or 441189999999; none to clear it", Arity = ArgumentArity.ZeroOrOne };
        var periods = new Option<string?>("--periods") { Description = $"when it is used, as 1-5:0900-1730; {TargetPeriods.Always} for always", HelpName = "PERIODS" };
        var command = new Command("target", "Set where calls to a number go, and when.") { number, index, target, periods };
        command.Validators.Add(result =>
        {
            if (result.GetResult(target) is not { Tokens.Count: > 0 } && result.GetResult(periods) is null)
            {
                result.AddError("Say what to set: TARGET, --periods, or both");
            }
        });
        command.SetAction((parse, cancellationToken) => ChangeAsync(context(parse), async numbers =>
        {
            var (caller, named, place) = (NumberCaller.Provider(CommandContext.Operator), NumberCommands.Read(parse.GetRequiredValue(number)), parse.GetRequiredValue(index));
            var when = parse.GetValue(periods) is { } words ? CommandContext.Require(TargetPeriods.Parse(words)) : null;
            var where = parse.GetValue(target) is { } text && text != NoTarget ? CommandContext.Require(NumberTarget.Parse(text)) : null;
            return when is null ? await numbers.SetTargetAsync(caller, named, place, where, cancellationToken)
                : parse.GetValue(target) is null ? await numbers.SetPeriodsAsync(caller, named, place, when, cancellationToken)
                : await numbers.SetTargetsAsync(caller, named, [new PlacedTarget(place, where, when)], cancellationToken);
        }));
        return command;
    }

    public static Command Term(Func<ParseResult, CommandContext> context)
    {
        var number = NumberCommands.Number();
        var day = new Argument<Day?>("DAY")
        {
            Description = "the last day of its term, as 2027-12-31",
            CustomParser = static result =>
            {
                if (DateOnly.TryParseExact(result.Tokens[0].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
                {
                    return new Day(date);
                }

                result.AddError($"'{result.Tokens[0].Value}' is no day; write it as 2027-12-31");
                return null;
            },
        };
        var ends = new Option<bool>("--ends") { Description = "the number is given back then, and not renewed" };
        var command = new Command("term", "Set the last day of a number's term, and whether it is renewed then.") { number, day, ends };
        command.SetAction((parse, cancellationToken) => ChangeAsync(context(parse), numbers => numbers.SetTermAsync(
            NumberCommands.Read(parse.GetRequiredValue(number)), parse.GetRequiredValue(day)!.Date, parse.GetValue(ends), CommandContext.Operator, cancellationToken)));
        return command;
    }

    public static Command PortIn(Func<ParseResult, CommandContext> context)
    {
        var account = Account();
        var numbers = new Argument<string[]>("NUMBERS") { Description = "the numbers, all or none of which are taken over", Arity = ArgumentArity.OneOrMore };
        var command = new Command("port-in", "Say that numbers came to an account from another provider.") { numbers, account };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            var named = parse.GetRequiredValue(numbers).Select(NumberCommands.Read).ToList();
            await using var installation = here.Open(configuration);
            var added = CommandContext.Require(await installation.OpenNumbers(configuration).PortInAsync(parse.GetRequiredValue(account), named, CommandContext.Operator, cancellationToken));
            here.Print(new PortedView(parse.GetRequiredValue(account), added, named.Count - added), output => output.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"{added} numbers are account {parse.GetRequiredValue(account)}'s now, {named.Count - added} were already")));
        });
        return command;
    }

    private static Option<string> Account() => new("--account") { Description = "the account's number", HelpName = "NUMBER", Required = true };

    private static Command Simple(
        Func<ParseResult, CommandContext> context, string name, string description, Func<NumberService, PhoneNumber, CancellationToken, ValueTask<Result<NumberDetails>>> change)
    {
        var number = NumberCommands.Number();
        var command = new Command(name, description) { number };
        command.SetAction((parse, cancellationToken) => ChangeAsync(
            context(parse), numbers => change(numbers, NumberCommands.Read(parse.GetRequiredValue(number)), cancellationToken)));
        return command;
    }

    private static async Task ChangeAsync(CommandContext here, Func<NumberService, ValueTask<Result<NumberDetails>>> change)
    {
        var configuration = here.LoadConfiguration();
        await using var installation = here.Open(configuration);
        var done = CommandContext.Require(await change(installation.OpenNumbers(configuration)));
        here.Print(NumberCommands.View(done), output => output.WriteLine(NumberCommands.Describe(done)));
    }
}
