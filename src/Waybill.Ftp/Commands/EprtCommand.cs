using Waybill.Ftp.Control;
using Waybill.Ftp.Data;

namespace Waybill.Ftp.Commands;

/// <summary>EPRT (RFC 2428 section 2). One that is refused takes back what was said before, as with PORT.</summary>
internal static class EprtCommand
{
    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        session.DropDataPort();
        if (!ActiveMode.IsServed(session))
        {
            return new(ActiveMode.Off);
        }

        if (!HostPort.TryParseExtended(request.Argument.Span, out var target, out var isKnownProtocol))
        {
            return new(FtpReply.Syntax("EPRT takes |protocol|address|port|."));
        }

        return isKnownProtocol ? ActiveMode.UseAsync(session, target!) : new(new FtpReply(522, "Network protocol not supported, use (1,2)."));
    }
}
