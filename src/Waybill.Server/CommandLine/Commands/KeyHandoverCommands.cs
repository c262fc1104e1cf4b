using System.CommandLine;
using System.Globalization;
using System.Text;
using Waybill.Core.Keys.Handover;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>key generate --hand-over</c> and <c>key handovers list | read-out | renew | cancel</c>.</summary>
internal static class KeyHandoverCommands
{
    private sealed record Begun(HandoverView Handover, string? FileCode, string? PassphraseCode);

    private sealed record ReadOutPassphrase(long Id, string UserName, string Passphrase);

    public static Command Create(Func<ParseResult, CommandContext> context) => new("handovers", "Generated keys on their way to customers.")
    {
        List(context), ReadOut(context), Renew(context), Cancel(context),
    };

    public static async Task StartAsync(CommandContext here, HandoverPlan plan, CancellationToken cancellationToken)
    {
        var configuration = here.LoadConfiguration();
        await using var installation = here.Open(configuration);
        Print(here, CommandContext.Require(await installation.OpenHandovers(configuration).StartAsync(plan, CommandContext.Operator, cancellationToken)));
    }

    private static Command List(Func<ParseResult, CommandContext> context)
    {
        var user = new Argument<string?>("USER") { Description = "only those of this login", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "those that have ended in the last 30 days too" };
        var command = new Command("list", "List handovers, the newest first.") { user, all };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var views = await installation.OpenHandovers(configuration).ListAsync(parse.GetValue(user), parse.GetValue(all), cancellationToken);
            here.Print(views, _ => here.PrintTable(
                ["ID", "LOGIN", "KEY", "FILE", "PASSPHRASE", "UNTIL"],
                [.. views.Select(view => new[]
                {
                    view.Id.ToString(CultureInfo.InvariantCulture), view.UserName, view.Sha256, State(view, view.File), State(view, view.Passphrase),
                    view.How is { } how ? CommandContext.Lower(how) : CommandContext.Time(view.Expires),
                })]));
        });
        return command;
    }

    private static Command ReadOut(Func<ParseResult, CommandContext> context)
    {
        var id = Id();
        var command = new Command("read-out", "Show the passphrase, to tell it to the customer now: that hands it over, and is recorded.") { id };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            using var parcel = CommandContext.Require(await installation.OpenHandovers(configuration).ReadOutAsync(parse.GetRequiredValue(id), CommandContext.Operator, cancellationToken));
            var passphrase = Encoding.ASCII.GetString(parcel.Content.Span);
            here.Print(new ReadOutPassphrase(parse.GetRequiredValue(id), parcel.UserName, passphrase), output => output.WriteLine($"passphrase: {passphrase}"));
        });
        return command;
    }

    private static Command Renew(Func<ParseResult, CommandContext> context)
    {
        var id = Id();
        var part = new Argument<string>("PART") { Description = "file or passphrase" };
        part.AcceptOnlyFromAmong("file", "passphrase");
        var command = new Command("renew", "Mail a new link for a part, with a new code; the older link ends.") { id, part };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            Print(here, CommandContext.Require(await installation.OpenHandovers(configuration).RenewAsync(
                parse.GetRequiredValue(id), Enum.Parse<HandoverPart>(parse.GetRequiredValue(part), ignoreCase: true), CommandContext.Operator, cancellationToken)));
        });
        return command;
    }

    private static Command Cancel(Func<ParseResult, CommandContext> context)
    {
        var id = Id();
        var reason = new Option<string>("--reason") { Description = "why, for the audit", HelpName = "TEXT", Required = true };
        var command = new Command("cancel", "End a handover: its links open nothing any more, and its key is revoked.") { id, reason };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var view = CommandContext.Require(await installation.OpenHandovers(configuration).CancelAsync(
                parse.GetRequiredValue(id), parse.GetRequiredValue(reason), CommandContext.Operator, cancellationToken));
            await here.TellServerAsync(cancellationToken);
            here.Print(view, output => output.WriteLine($"cancelled: handover {view.Id} of {view.UserName}; {view.Sha256} is revoked"));
        });
        return command;
    }

    private static Argument<long> Id() => new("ID") { Description = "its number, as key handovers list shows it" };

    private static void Print(CommandContext here, HandoverStart start)
    {
        var view = start.Handover;
        here.Print(new Begun(view, start.FileCode, start.PassphraseCode), output =>
        {
            output.WriteLine($"handover {view.Id}: {view.Sha256} for {view.UserName}, until {CommandContext.Time(view.Expires)}");
            Code(output, "file", view.File.Recipient, start.FileCode);
            Code(output, "passphrase", view.Passphrase.Recipient, start.PassphraseCode);
            if (view.Passphrase.Recipient is null)
            {
                output.WriteLine($"passphrase: tell it by telephone, with: {ShellWord.Command(here.Data, $"key handovers read-out {view.Id}")}");
            }
        });
    }

    private static void Code(TextWriter output, string part, string? recipient, string? code)
    {
        if (code is not null)
        {
            output.WriteLine($"{part}: a link goes to {recipient}; tell that person the code {code} by telephone, it is shown this once");
        }
    }

    private static string State(HandoverView view, HandoverPartView part) =>
        part.Taken is { } taken ? "handed over " + CommandContext.Time(taken)
        : view.How is not null ? "removed"
        : part.IsLocked ? $"locked, link to {part.Recipient}"
        : part.Recipient is { } recipient ? "link to " + recipient
        : "to be read out";
}
