using System.Net.Sockets;
using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>EPSV (RFC 2428 section 3). EPSV ALL holds for the rest of the session, whatever becomes of the transfers (ProFTPD #2255).</summary>
internal static class EpsvCommand
{
    public static FtpReply NoPort => new(425, "No port is free at the moment. Try again in a moment.");

    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        var own = session.LocalAddress.AddressFamily == AddressFamily.InterNetwork ? "1" : "2";
        switch (request.Text.Trim().ToUpperInvariant())
        {
            case "ALL":
                session.IsExtendedOnly = true;
                return new(new FtpReply(200, "Only EPSV is taken from now on."));
            case "":
            case var protocol when protocol == own:
                return new(session.OpenPassive() is { } port ? new FtpReply(229, $"Entering Extended Passive Mode (|||{port}|).") : NoPort);
            default:
                return new(ushort.TryParse(request.Text.Trim(), out _)
                    ? new FtpReply(522, $"Network protocol not supported, use ({own}).")
                    : FtpReply.Syntax("EPSV takes 1, 2 or ALL."));
        }
    }
}
