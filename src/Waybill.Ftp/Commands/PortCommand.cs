using Waybill.Ftp.Control;
using Waybill.Ftp.Data;

namespace Waybill.Ftp.Commands;

/// <summary>PORT (RFC 959 section 4.1.2). One that is refused also takes back what was said before, so that no transfer goes where the client no longer expects it.</summary>
internal static class PortCommand
{
    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        session.DropDataPort();
        return !ActiveMode.IsServed(session) ? new(ActiveMode.Off)
            : HostPort.TryParsePort(request.Argument.Span, out var target) ? ActiveMode.UseAsync(session, target!)
            : new(FtpReply.Syntax("PORT takes six numbers: h1,h2,h3,h4,p1,p2."));
    }
}
