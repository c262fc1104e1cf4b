using System.Net.Sockets;
using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>PASV (RFC 959 section 4.1.2), over IPv4 alone: its answer has no room for another address.</summary>
internal static class PasvCommand
{
    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        if (session.IsExtendedOnly)
        {
            return new(FtpReply.Syntax("You have sent EPSV ALL: only EPSV is taken now."));
        }

        var address = session.Server.Options.PassiveAddress ?? session.LocalAddress;
        if (session.LocalAddress.AddressFamily != AddressFamily.InterNetwork || address.AddressFamily != AddressFamily.InterNetwork)
        {
            return new(new FtpReply(425, "PASV is for IPv4; use EPSV."));
        }

        if (session.OpenPassive() is not { } port)
        {
            return new(EpsvCommand.NoPort);
        }

        var bytes = address.GetAddressBytes();
        return new(new FtpReply(227, $"Entering Passive Mode ({bytes[0]},{bytes[1]},{bytes[2]},{bytes[3]},{port >> 8},{port & 0xFF})."));
    }
}
