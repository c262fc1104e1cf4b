using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>
/// TYPE, STRU and MODE (RFC 959 section 3.1). Files are sent and stored byte for byte in type A too: what a customer delivers is what the provider bills by, and a
/// server that guesses at line ends has changed it.
/// </summary>
internal static class RepresentationCommands
{
    public static ValueTask<FtpReply> TypeAsync(FtpSession session, FtpRequest request)
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

    public static ValueTask<FtpReply> StructureAsync(FtpSession session, FtpRequest request) => new(request.Text.Trim().ToUpperInvariant() switch
    {
        "F" => new FtpReply(200, "Structure: file."),
        "R" or "P" => new FtpReply(504, "Only structure F is served."),
        _ => FtpReply.Syntax("STRU takes F."),
    });

    public static ValueTask<FtpReply> ModeAsync(FtpSession session, FtpRequest request) => new(request.Text.Trim().ToUpperInvariant() switch
    {
        "S" => new FtpReply(200, "Mode: stream."),
        "B" or "C" or "Z" => new FtpReply(504, "Only mode S is served."),
        _ => FtpReply.Syntax("MODE takes S."),
    });
}
