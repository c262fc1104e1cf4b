using Waybill.Ftp.Control;
using Waybill.Net.Logging;

namespace Waybill.Ftp.Commands;

/// <summary>CLNT: what the client is, for support, and for those whose uploads may end without close_notify.</summary>
internal static class ClntCommand
{
    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        session.Info.ClientName = PeerText.Sanitise(request.Text.Trim(), session.Server.Limits.ClientName);

        // FileZilla and others say it behind PASS.
        session.Login?.ClientNamed();
        return new(new FtpReply(200, "Noted."));
    }
}
