using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>ABOR (RFC 959 section 4.1.3): the transfer's own reply comes first, 426 unless it was done, and then 226.</summary>
internal static class AborCommand
{
    public static async ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        if (session.Transfer is not null)
        {
            await session.AbortTransferAsync().ConfigureAwait(false);
            return new FtpReply(226, "The transfer was ended.");
        }

        session.DropDataPort();
        return new FtpReply(225, "There is no transfer.");
    }
}
