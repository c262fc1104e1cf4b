using System.CommandLine;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>key burnt list | lift</c>.</summary>
internal static class KeyBurntCommands
{
    public static Command Create(Func<ParseResult, CommandContext> context) => new("burnt", "Keys that no login takes, since others may have their private half.")
    {
        List(context), Lift(context),
    };

    private static Command List(Func<ParseResult, CommandContext> context)
    {
        var all = new Option<bool>("--all") { Description = "those whose refusal was lifted too" };
        var limit = new Option<int>("--limit") { Description = "at most so many, 1 to 1000", HelpName = "N", DefaultValueFactory = static _ => 100 };
        var command = new Command("list", "List them, the newest first.") { all, limit };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var page = await installation.BurntKeys.ListAsync(parse.GetValue(all), parse.GetValue(limit), cancellationToken: cancellationToken);
            here.Print(page.Items, _ => here.PrintTable(
                ["FINGERPRINT", "SINCE", "HOW", "PROVEN", "INSTALLED", "LIFTED"],
                [.. page.Items.Select(static key => new[]
                {
                    key.Sha256, CommandContext.Time(key.Burnt), key.How, key.IsProven ? "yes" : "no", string.Join(' ', key.InstalledOn),
                    key.Lifted is null ? "" : $"{CommandContext.Time(key.Lifted)} by {key.LiftedBy}: {key.LiftedReason}",
                })]));
        });
        return command;
    }

    private static Command Lift(Func<ParseResult, CommandContext> context)
    {
        var fingerprint = new Argument<string>("FINGERPRINT") { Description = "the whole SHA256:..., as key burnt list shows it" };
        var reason = new Option<string>("--reason") { Description = "why, for the audit", HelpName = "TEXT", Required = true };
        var command = new Command("lift", "Take the refusal of a key back: it can be installed again.") { fingerprint, reason };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var key = CommandContext.Require(await installation.BurntKeys.LiftAsync(
                parse.GetRequiredValue(fingerprint), parse.GetRequiredValue(reason), CommandContext.Operator, cancellationToken));
            here.Print(key, output => output.WriteLine($"no longer refused: {key.Sha256}"));
        });
        return command;
    }
}
