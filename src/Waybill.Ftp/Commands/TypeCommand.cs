using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>
/// TYPE (RFC 959 section 3.1.1). Files are sent and stored byte for byte in type A too: what a customer delivers is what the provider bills by, and a server that guesses
/// at line ends has changed it.
/// </summary>
internal static class TypeCommand
{
    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        switch (request.Text.Trim().ToUpperInvariant())
        {
            case "A" or "A N":
                session.IsAscii = true;
                return new(new FtpReply(200, "Type A. Files are sent byte for byte all the same."));
            case "I" or "L 8":
                session.IsAscii = false;
                return new(new FtpReply(200, "Type I."));
            case ['A' or 'E' or 'L', ..]:
                return new(new FtpReply(504, "Types A and I are served."));
            default:
                return new(FtpReply.Syntax("TYPE takes A or I."));
        }
    }
}
