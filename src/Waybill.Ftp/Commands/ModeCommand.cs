using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>MODE (RFC 959 section 3.4).</summary>
internal static class ModeCommand
{
    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request) => new(request.Text.Trim().ToUpperInvariant() switch
    {
        "S" => new FtpReply(200, "Mode: stream."),
        "B" or "C" or "Z" => new FtpReply(504, "Only mode S is served."),
        _ => FtpReply.Syntax("MODE takes S."),
    });
}
