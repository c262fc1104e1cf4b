using Waybill.Ftp.Control;
using Waybill.Ftp.Hosting;

namespace Waybill.Ftp.Commands;

/// <summary>QUIT (RFC 959 section 4.1.1): a transfer that runs is finished first.</summary>
internal static class QuitCommand
{
    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        session.WillEnd(FtpEndReason.ClientClosed, "the client said QUIT");
        return new(new FtpReply(221, "Goodbye.") { Then = FtpThen.Close });
    }
}
