using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>ABOR (RFC 959 section 4.1.3): the reply to what it ends comes first, 426 unless that was done, and then 226.</summary>
internal static class AborCommand
{
    public static async ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        if (session.Work is not null)
        {
            await session.AbortWorkAsync().ConfigureAwait(false);
            return new FtpReply(226, "It was ended.");
        }

        session.DropDataPort();
        return new FtpReply(225, "There is no transfer.");
    }
}
