using Waybill.Ftp.Control;
using Waybill.Ftp.Hosting;

namespace Waybill.Ftp.Commands;

/// <summary>AUTH (RFC 2228 section 3, RFC 4217 section 4): TLS and TLS-C are the same, and so is SSL, which old clients say and nobody means any more.</summary>
internal static class AuthCommand
{
    public static FtpReply MustComeFirst => new(503, "Send AUTH TLS first.");

    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        if (session.IsTls)
        {
            return new(new FtpReply(503, "TLS is in use already."));
        }

        if (session.Server.Options.Mode == FtpMode.ImplicitTls || session.Login is not null)
        {
            return new(new FtpReply(503, "AUTH comes before the login."));
        }

        return new(request.Text.Trim().ToUpperInvariant() is "TLS" or "TLS-C" or "SSL"
            ? new FtpReply(234, "Begin the TLS handshake.") { Then = FtpThen.StartTls }
            : new FtpReply(504, "Only AUTH TLS is served."));
    }

    public static IEnumerable<string> Features(FtpSession session) => ["AUTH TLS"];
}
