using System.CommandLine;
using System.Globalization;
using Waybill.Core;
using Waybill.Core.Inbound;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>inbound list | claim | confirm | reject</c>.</summary>
internal static class InboundCommands
{
    private const int DefaultLeaseMinutes = 15;

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) =>
    [
        new Command("inbound", "What customers and vendors delivered, for the back office: each file once.")
        {
            List(context), Claim(context), Confirm(context), Reject(context),
        },
    ];

    private static Command List(Func<ParseResult, CommandContext> context)
    {
        var since = new Option<long>("--since") { Description = "only what was offered after this cursor", HelpName = "CURSOR" };
        var account = new Option<string?>("--account") { Description = "of one account only", HelpName = "NUMBER" };
        var state = new Option<InboundState?>("--state") { Description = "arriving, partial, waiting (the default), claimed, processed, rejected or withdrawn", HelpName = "STATE" };
        var all = new Option<bool>("--all") { Description = "files of every state, if they were offered" };
        var limit = new Option<int>("--limit") { Description = "at most so many, 1 to 1000", HelpName = "N", DefaultValueFactory = _ => 100 };
        var command = new Command("list", "List delivered files in the order in which they were offered.") { since, account, state, all, limit };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = Open(here, out var configuration);

            // Without a server nobody else would take files on; beside one this finds what it has found already.
            CommandContext.Require(await installation.Arrivals(configuration).SettleAsync(null, cancellationToken));
            var page = CommandContext.Require(await installation.Inbound.ListAsync(
                parse.GetValue(since), parse.GetValue(limit), parse.GetValue(all) ? null : parse.GetValue(state) ?? InboundState.Waiting, parse.GetValue(account), cancellationToken));
            here.Print(page, output =>
            {
                here.PrintTable(
                    ["FILE", "ACCOUNT", "STATE", "SIZE", "ARRIVED", "CLAIMED BY", "PATH"],
                    [.. page.Items.Select(file => new[]
                    {
                        Number(file.Id), file.Account, CommandContext.Lower(file.State), Number(file.Size), CommandContext.Time(file.Arrived),
                        file.State == InboundState.Claimed ? $"{Shown(file.Claimant)} until {CommandContext.Time(file.ClaimedUntil)}" : Shown(file.Claimant), Shown(file.Path),
                    })]);
                output.WriteLine(page.More ? $"there is more: --since {page.Cursor}" : $"next time: --since {page.Cursor}");
            });
        });
        return command;
    }

    private static Command Claim(Func<ParseResult, CommandContext> context)
    {
        var lease = new Option<int>("--lease") { Description = "for how many minutes, at most 1440", HelpName = "MINUTES", DefaultValueFactory = _ => DefaultLeaseMinutes };
        var command = Decide(
            context, "claim", "Claim a file: nobody else gets it until the lease is over. Claim again to prolong it.", "is yours",
            (installation, parse, file, claimant, cancellationToken) =>
                installation.Inbound.ClaimAsync(file, claimant, TimeSpan.FromMinutes(parse.GetValue(lease)), CommandContext.Operator, cancellationToken));
        command.Options.Add(lease);
        return command;
    }

    private static Command Confirm(Func<ParseResult, CommandContext> context) => Decide(
        context, "confirm", "Confirm that a claimed file was taken over: it moves to its sender's /processed.", "is processed",
        (installation, _, file, claimant, cancellationToken) => installation.Inbound.ConfirmAsync(file, claimant, CommandContext.Operator, cancellationToken));

    private static Command Reject(Func<ParseResult, CommandContext> context)
    {
        var report = new Option<string>("--report") { Description = "what is wrong, for its sender; @FILE or - reads it from a file or standard input", HelpName = "TEXT", Required = true };
        var command = Decide(
            context, "reject", "Reject a claimed file: it moves to its sender's /rejected with the report beside it.", "is rejected",
            async (installation, parse, file, claimant, cancellationToken) => await installation.Inbound.RejectAsync(
                file, claimant, await ReadAsync(parse.GetRequiredValue(report), cancellationToken), CommandContext.Operator, cancellationToken));
        command.Options.Add(report);
        return command;
    }

    private static Command Decide(
        Func<ParseResult, CommandContext> context, string name, string description, string done,
        Func<Installation, ParseResult, long, string, CancellationToken, ValueTask<Result<InboundFile>>> act)
    {
        var file = new Argument<long>("FILE") { Description = "the file's number, as inbound list shows it" };
        var claimant = new Option<string>("--as")
        {
            Description = "the name of the program that collects; each that works side by side needs its own", HelpName = "NAME", DefaultValueFactory = _ => Environment.UserName,
        };
        var command = new Command(name, description) { file, claimant };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = Open(here, out _);
            var result = CommandContext.Require(await act(installation, parse, parse.GetValue(file), parse.GetRequiredValue(claimant), cancellationToken));
            here.Print(result, output => output.WriteLine(
                $"file {result.Id} {done}: {Shown(result.Path)} of account {result.Account}{(result.State == InboundState.Claimed ? " until " + CommandContext.Time(result.ClaimedUntil) : "")}"));
        });
        return command;
    }

    private static Installation Open(CommandContext here, out Configuration.WaybillConfiguration configuration)
    {
        configuration = here.LoadConfiguration();
        var installation = here.Open(configuration);
        installation.OpenVaults(configuration);
        return installation;
    }

    private static async Task<string> ReadAsync(string text, CancellationToken cancellationToken)
    {
        if (text is not ("-" or ['@', _, ..]))
        {
            return text;
        }

        try
        {
            using var reader = text == "-" ? Console.In : new StreamReader(text[1..]);
            var buffer = new char[InboundLimits.Report + 1];
            var length = await reader.ReadBlockAsync(buffer, cancellationToken);
            return new string(buffer, 0, length);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{text[1..]} cannot be read; check that it is there and its mode (user {Environment.UserName})");
        }
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Shown(string? text) => Net.Logging.PeerText.Sanitise(text ?? "", 200);
}
