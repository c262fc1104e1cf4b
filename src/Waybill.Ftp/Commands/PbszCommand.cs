using System.Globalization;
using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>PBSZ (RFC 2228 section 3, RFC 4217 section 9): 0 with TLS, whatever the client says.</summary>
internal static class PbszCommand
{
    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        if (!session.IsTls)
        {
            return new(AuthCommand.MustComeFirst);
        }

        if (!uint.TryParse(request.Text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            return new(FtpReply.Syntax("PBSZ takes a number."));
        }

        session.HasBufferSize = true;
        return new(new FtpReply(200, "PBSZ=0"));
    }
}
