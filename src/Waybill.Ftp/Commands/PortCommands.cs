using System.Net;
using Waybill.Ftp.Control;
using Waybill.Ftp.Data;

namespace Waybill.Ftp.Commands;

/// <summary>
/// PORT (RFC 959 section 4.1.2) and EPRT (RFC 2428 section 2): off unless the operator allows them, and then to the client's own address and a port from 1024 on.
/// What they refuse also takes back what was said before, so that no transfer goes where the client no longer expects it.
/// </summary>
internal static class PortCommands
{
    public static ValueTask<FtpReply> PortAsync(FtpSession session, FtpRequest request)
    {
        session.DropDataPort();
        return !session.Server.Options.AllowActive ? new(Off)
            : HostPort.TryParsePort(request.Argument.Span, out var target) ? UseAsync(session, target!)
            : new(FtpReply.Syntax("PORT takes six numbers: h1,h2,h3,h4,p1,p2."));
    }

    public static ValueTask<FtpReply> ExtendedAsync(FtpSession session, FtpRequest request)
    {
        session.DropDataPort();
        if (!session.Server.Options.AllowActive)
        {
            return new(Off);
        }

        if (!HostPort.TryParseExtended(request.Argument.Span, out var target, out var isKnownProtocol))
        {
            return new(FtpReply.Syntax("EPRT takes |protocol|address|port|."));
        }

        return isKnownProtocol ? UseAsync(session, target!) : new(new FtpReply(522, "Network protocol not supported, use (1,2)."));
    }

    public static IEnumerable<string> Features(FtpSession session) => session.Server.Options.AllowActive ? ["EPRT"] : [];

    private static FtpReply Off => new(502, "Active mode is not served here; use passive mode (EPSV or PASV).");

    private static async ValueTask<FtpReply> UseAsync(FtpSession session, IPEndPoint target)
    {
        if (session.IsExtendedOnly)
        {
            return FtpReply.Syntax("You have sent EPSV ALL: only EPSV is taken now.");
        }

        if (!PassivePort.Plain(target.Address).Equals(session.ClientAddress) || target.Port < ActivePort.FirstPort)
        {
            await session.ReportDataPortAsync(target, "the client named a data port that is not its own, or one below 1024").ConfigureAwait(false);
            return new FtpReply(504, "A data connection goes to your own address and a port from 1024 on.");
        }

        session.UseActive(target);
        return new FtpReply(200, "Done.");
    }
}
