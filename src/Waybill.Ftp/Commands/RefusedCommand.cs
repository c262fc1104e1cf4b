using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>Every command that is known and not served.</summary>
internal static class RefusedCommand
{
    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request) => new(new FtpReply(502, $"{request.Command.Verb} is not served here."));
}
