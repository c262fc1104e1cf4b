using System.CommandLine;
using Waybill.Server.Control;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>sessions</c> and <c>sessions kick</c>.</summary>
internal static class SessionCommands
{
    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context)
    {
        var id = new Argument<string>("ID") { Description = "as ./waybill sessions shows it" };
        var kick = new Command("kick", "End a session.") { id };
        kick.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            here.Data.RequireInitialised();
            var reply = await ControlClient.AskAsync(here.Data.ControlSocket, new ControlRequest(ControlCommands.Kick, parse.GetRequiredValue(id)), cancellationToken)
                ?? throw new CommandException($"no server runs on {here.Data.Root}, so there are no sessions");
            if (!reply.Done)
            {
                throw new CommandException(reply.Message!);
            }

            here.Output.WriteLine("the session is ended");
        });
        var sessions = new Command("sessions", "List the sessions of the running server; end one.") { kick };
        sessions.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            here.Data.RequireInitialised();
            var reply = await ControlClient.AskAsync(here.Data.ControlSocket, new ControlRequest(ControlCommands.Sessions), cancellationToken);
            var views = reply?.Sessions ?? [];
            here.Print(views, _ => here.PrintTable(
                ["ID", "USER", "ACCOUNT", "FROM", "SINCE", "CLIENT"],
                [.. views.Select(view => new[] { view.Id, view.User, view.Account ?? "", view.Source, CommandContext.Time(view.Since), view.Client })]));
        });
        return [sessions];
    }
}
