using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>RNFR (RFC 959 section 4.1.3): good for an RNTO right behind it.</summary>
internal static class RnfrCommand
{
    public static async ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        var there = await session.LookAsync(request.Path!).ConfigureAwait(false);
        if (!there.Succeeded)
        {
            return FtpReply.Of(there.Error);
        }

        session.RenameFrom = request.Path;
        return new FtpReply(350, "Send RNTO with the new name.");
    }
}
