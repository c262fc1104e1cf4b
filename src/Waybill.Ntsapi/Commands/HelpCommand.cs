using Waybill.Ntsapi.Control;

namespace Waybill.Ntsapi.Commands;

/// <summary>HELP: from the table, in one line, for every reply is one.</summary>
internal static class HelpCommand
{
    public static ValueTask<NtsapiReply> RunAsync(NtsapiSession session, NtsapiRequest request)
    {
        if (request.Words is [var verb])
        {
            return new(NtsapiCommands.Find(verb) is { } row ? NtsapiReply.Done($"{row.Verb} {row.Usage}".TrimEnd() + $": {row.Help}") : NtsapiReply.Refused(RequestParser.Unknown));
        }

        var verbs = string.Join(' ', NtsapiCommands.All.Select(static row => row.Verb));
        return new(NtsapiReply.Done($"Commands: {verbs}. {(session.Login is null ? "Log in first: AUTH user password. " : "")}HELP and a command, as HELP STAT, says how it is used"));
    }
}
