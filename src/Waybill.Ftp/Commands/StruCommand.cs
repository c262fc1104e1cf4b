using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>STRU (RFC 959 section 3.1.2).</summary>
internal static class StruCommand
{
    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request) => new(request.Text.Trim().ToUpperInvariant() switch
    {
        "F" => new FtpReply(200, "Structure: file."),
        "R" or "P" => new FtpReply(504, "Only structure F is served."),
        _ => FtpReply.Syntax("STRU takes F."),
    });
}
