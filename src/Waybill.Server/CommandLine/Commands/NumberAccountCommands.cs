using System.CommandLine;
using System.Globalization;
using Waybill.Core.Numbers;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>numbers account</c>: how many numbers an account has, and what it may do with them.</summary>
internal static class NumberAccountCommands
{
    private const string AsConfigured = "default";

    internal sealed record Maximum(int? Numbers);

    private sealed record View(string Account, long Numbers, int Maximum, bool OwnMaximum);

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
        var command = new Command("account", "Show how many numbers an account has and may have, or set it.") { account, maximum };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var (numbers, whose) = (installation.OpenNumbers(configuration), parse.GetRequiredValue(account));
            var shown = CommandContext.Require(parse.GetResult(maximum) is null
                ? await numbers.AccountAsync(whose, cancellationToken)
                : await numbers.SetAccountAsync(whose, terms => terms with { Maximum = parse.GetValue(maximum)!.Numbers }, CommandContext.Operator, cancellationToken));
            here.Print(new View(shown.Account, shown.Numbers, shown.Maximum, shown.Terms.Maximum is not null), output => output.WriteLine(Describe(shown)));
        });
        return command;
    }

    private static string Describe(NumberAccount account) => string.Create(
        CultureInfo.InvariantCulture,
        $"account {account.Account} has {account.Numbers} of at most {account.Maximum} numbers{(account.Terms.Maximum is null ? "" : " (its own maximum)")}, those that it gave back counted while they are quarantined");
}
