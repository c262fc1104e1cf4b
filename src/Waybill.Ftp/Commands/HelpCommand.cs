using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>HELP (RFC 959 section 4.1.3): from the table.</summary>
internal static class HelpCommand
{
    private const int InALine = 8;

    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        if (request.Words is [var verb, ..])
        {
            return new(FtpCommands.ServedTo(session).FirstOrDefault(row => row.Verb.Equals(verb, StringComparison.OrdinalIgnoreCase)) is { IsHidden: false } row
                ? new FtpReply(214, $"{row.Verb} {row.Usage}".TrimEnd())
                : new FtpReply(502, "This command is not served."));
        }

        return new(new FtpReply(214, "Commands:")
        {
            Lines = [.. FtpCommands.ServedTo(session).Where(row => !row.IsHidden).Select(row => row.Verb).Chunk(InALine).Select(verbs => string.Join(' ', verbs))],
            LastLine = "HELP and a verb shows how it is used.",
        });
    }
}
