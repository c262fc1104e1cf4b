using System.CommandLine;
using System.Globalization;
using Waybill.Core.Numbers;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>numbers account</c>: how many numbers an account has, and what it may do with them.</summary>
internal static class NumberAccountCommands
{
    private const string AsConfigured = "default";

    internal sealed record Maximum(int? Numbers);

    internal sealed record Allowed(bool? IsAllowed);

    private sealed record View(string Account, long Numbers, int Maximum, bool OwnMaximum, bool PstnTargets, bool OwnPstnTargets);

    public static Command Create(Func<ParseResult, CommandContext> context)
    {
        var account = new Argument<string>("ACCOUNT") { Description = "the account number" };
        var maximum = new Option<Maximum?>("--max")
        {
            Description = $"how many numbers it takes by itself, those that it gave back counted while they are quarantined; {AsConfigured} for Numbers:MaxPerAccount",
            HelpName = "N",
            CustomParser = static result =>
            {
                var text = result.Tokens[0].Value;
                if (text == AsConfigured)
                {
                    return new Maximum(null);
                }

                if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var numbers))
                {
                    return new Maximum(numbers);
                }

                result.AddError($"'{text}' is no number");
                return null;
            },
        };
        var pstn = new Option<Allowed?>("--pstn")
        {
            Description = $"whether its numbers may be pointed at telephone numbers, whose calls are charged: yes, no, or {AsConfigured} for Numbers:PstnTargets",
            HelpName = "WORD",
            CustomParser = static result =>
            {
                switch (result.Tokens[0].Value)
                {
                    case "yes":
                        return new Allowed(true);
                    case "no":
                        return new Allowed(false);
                    case AsConfigured:
                        return new Allowed(null);
                    default:
                        result.AddError($"'{result.Tokens[0].Value}' is neither yes nor no");
                        return null;
                }
            },
        };
        var command = new Command("account", "Show how many numbers an account has, how many it may have and where it may point them, or set that.") { account, maximum, pstn };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var (numbers, whose) = (installation.OpenNumbers(configuration), parse.GetRequiredValue(account));
            NumberAccountTerms Change(NumberAccountTerms now) => new(
                parse.GetResult(maximum) is null ? now.Maximum : parse.GetValue(maximum)!.Numbers, parse.GetResult(pstn) is null ? now.PstnTargets : parse.GetValue(pstn)!.IsAllowed);
            var shown = CommandContext.Require(parse.GetResult(maximum) is null && parse.GetResult(pstn) is null
                ? await numbers.AccountAsync(whose, cancellationToken)
                : await numbers.SetAccountAsync(whose, Change, CommandContext.Operator, cancellationToken));
            here.Print(new View(shown.Account, shown.Numbers, shown.Maximum, shown.Terms.Maximum is not null, shown.PstnTargets, shown.Terms.PstnTargets is not null), output => output.WriteLine(Describe(shown)));
        });
        return command;
    }

    private static string Describe(NumberAccount account) => string.Create(
        CultureInfo.InvariantCulture,
        $"account {account.Account} has {account.Numbers} of at most {account.Maximum} numbers{(account.Terms.Maximum is null ? "" : " (its own maximum)")}, those that it gave back counted while they are quarantined; they may {(account.PstnTargets ? "" : "not ")}be pointed at telephone numbers{(account.Terms.PstnTargets is null ? "" : " (set for it)")}");
}
