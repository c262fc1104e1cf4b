using System.CommandLine;
using Waybill.Core.Audit;
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
            await using var installation = here.Open();
            var asked = parse.GetRequiredValue(id);
            var running = await here.AskServerAsync(new ControlRequest(ControlCommands.Sessions), cancellationToken)
                ?? throw new CommandException($"no server runs on {here.Data.Root}, so there are no sessions");
            var ended = running.Sessions!.FirstOrDefault(session => session.Id == asked) ?? throw new CommandException(None(here.Data, asked));

            // Recorded first: no session is ended without a row.
            await installation.RecordAsync(AuditActions.SessionKicked, ended.User, $"session {ended.Id} from {ended.Source}");
            if (await here.AskServerAsync(new ControlRequest(ControlCommands.Kick, asked), cancellationToken) is not { Done: true })
            {
                throw new CommandException(None(here.Data, asked));
            }

            here.Print(ended, output => output.WriteLine($"the session of {ended.User} from {ended.Source} is ended"));
        });
        var sessions = new Command("sessions", "List the sessions of the running server; end one.") { kick };
        sessions.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            here.Data.RequireInitialised();
            var reply = await here.AskServerAsync(new ControlRequest(ControlCommands.Sessions), cancellationToken);
            var views = reply?.Sessions ?? [];
            here.Print(views, _ => here.PrintTable(
                ["ID", "USER", "ACCOUNT", "FROM", "SINCE", "CLIENT"],
                [.. views.Select(view => new[] { view.Id, view.User, view.Account ?? "", view.Source, CommandContext.Time(view.Since), view.Client })]));
        });
        return [sessions];
    }

    public static string None(DataDirectory data, string id) => $"there is no session {id}; see: {ShellWord.Command(data, "sessions")}";
}
