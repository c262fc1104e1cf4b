using System.CommandLine;
using System.Globalization;
using System.Net;
using Waybill.Core.Audit;
using Waybill.Server.Control;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>penalties list | clear</c>.</summary>
internal static class PenaltyCommands
{
    private sealed record Forgiven(bool ServerRuns, int Count);

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context)
    {
        var list = new Command("list", "List sources that are refused for a while because they kept failing.");
        list.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            here.Data.RequireInitialised();
            var reply = await here.AskServerAsync(new ControlRequest(ControlCommands.Penalties), cancellationToken);
            var penalties = reply?.Penalties ?? [];
            here.Print(penalties, _ => here.PrintTable(
                ["SOURCE", "SECONDS LEFT"], [.. penalties.Select(penalty => new[] { penalty.Source, penalty.SecondsLeft.ToString("0", CultureInfo.InvariantCulture) })]));
        });
        var address = new Argument<string?>("ADDRESS") { Description = "one source; all when left out", Arity = ArgumentArity.ZeroOrOne };
        var clear = new Command("clear", "Forgive them: they may connect again at once.") { address };
        clear.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var source = parse.GetValue(address);
            if (source is not null && !IPAddress.TryParse(source, out _))
            {
                throw new UsageException(NoAddress(source));
            }

            await using var installation = here.Open();
            ControlReply? reply = null;
            if (await here.AskServerAsync(new ControlRequest(ControlCommands.Penalties), cancellationToken) is not null)
            {
                // Recorded first: nobody is forgiven without a row.
                await installation.RecordAsync(AuditActions.PenaltiesCleared, source);
                reply = await here.AskServerAsync(new ControlRequest(ControlCommands.ClearPenalties, source), cancellationToken);
                if (reply is { Done: false })
                {
                    throw new CommandException(reply.Message!);
                }
            }

            here.Print(new Forgiven(reply is not null, reply?.Count ?? 0), output =>
                output.WriteLine(reply is null ? "no server runs, so there are no penalties" : $"{reply.Count} forgiven"));
        });
        return [new Command("penalties", "Sources that kept failing.") { list, clear }];
    }

    public static string NoAddress(string text) => $"'{text}' is no address; write it as 192.0.2.1";
}
