using System.CommandLine;
using System.Globalization;
using Waybill.Server.Control;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>penalties list | clear</c>.</summary>
internal static class PenaltyCommands
{
    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context)
    {
        var list = new Command("list", "List sources that are refused for a while because they kept failing.");
        list.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            here.Data.RequireInitialised();
            var reply = await ControlClient.AskAsync(here.Data.ControlSocket, new ControlRequest(ControlCommands.Penalties), cancellationToken);
            var penalties = reply?.Penalties ?? [];
            here.Print(penalties, _ => here.PrintTable(
                ["SOURCE", "SECONDS LEFT"], [.. penalties.Select(penalty => new[] { penalty.Source, penalty.SecondsLeft.ToString("0", CultureInfo.InvariantCulture) })]));
        });
        var address = new Argument<string?>("ADDRESS") { Description = "one source; all when left out", Arity = ArgumentArity.ZeroOrOne };
        var clear = new Command("clear", "Forgive them.") { address };
        clear.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var reply = await ControlClient.AskAsync(here.Data.ControlSocket, new ControlRequest(ControlCommands.ClearPenalties, parse.GetValue(address)), cancellationToken);
            if (reply is { Done: false })
            {
                throw new CommandException(reply.Message!);
            }

            await installation.RecordAsync(Core.Audit.AuditActions.PenaltiesCleared, parse.GetValue(address));
            here.Output.WriteLine(reply?.Message ?? "no server runs, so there are no penalties");
        });
        return [new Command("penalties", "Sources that kept failing.") { list, clear }];
    }
}
