using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>OPTS (RFC 2389 section 4): UTF8, MLST (RFC 3659 section 7.9) and HASH.</summary>
internal static class OptsCommand
{
    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        var words = request.Words;
        switch (words is [] ? "" : words[0].ToUpperInvariant())
        {
            case "UTF8" or "UTF-8":
                return new(words is [_, var on] && !on.Equals("ON", StringComparison.OrdinalIgnoreCase)
                    ? new FtpReply(504, "Names are UTF-8 here, always.")
                    : new FtpReply(200, "Names are UTF-8."));
            case "MLST":
                session.Facts.Choose(words.Length > 1 ? words[1] : "");
                return new(new FtpReply(200, $"MLST OPTS {session.Facts.Chosen}"));
            case "HASH":
                return new(HashCommand.Choose(session, words.Length > 1 ? words[1] : null));
            default:
                return new(new FtpReply(501, "There is no such option."));
        }
    }
}
