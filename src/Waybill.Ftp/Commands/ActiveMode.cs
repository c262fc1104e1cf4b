using System.Net;
using Waybill.Ftp.Control;
using Waybill.Ftp.Data;

namespace Waybill.Ftp.Commands;

/// <summary>Data connections that PORT and EPRT ask us to open: off unless the operator allows them, and then to the client's own address and a port from 1024 on.</summary>
internal static class ActiveMode
{
    public static FtpReply Off => new(502, "Active mode is not served here; use passive mode (EPSV or PASV).");

    public static bool IsServed(FtpSession session) => session.Server.Options.AllowActive;

    /// <summary>Takes what the client named, if it may name it.</summary>
    public static async ValueTask<FtpReply> UseAsync(FtpSession session, IPEndPoint target)
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
