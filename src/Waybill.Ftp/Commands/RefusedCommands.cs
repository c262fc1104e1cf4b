using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>Commands that are known and not served.</summary>
internal static class RefusedCommands
{
    public static ValueTask<FtpReply> NotServedAsync(FtpSession session, FtpRequest request) => new(new FtpReply(502, $"{request.Command.Verb} is not served here."));

    public static ValueTask<FtpReply> SuperfluousAsync(FtpSession session, FtpRequest request) => new(new FtpReply(202, "Not needed here."));
}
