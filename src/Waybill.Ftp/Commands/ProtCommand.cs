using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>PROT (RFC 2228 section 3, RFC 4217 section 9): data connections are protected, and nothing takes the protection off again.</summary>
internal static class ProtCommand
{
    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        if (!session.IsTls)
        {
            return new(AuthCommand.MustComeFirst);
        }

        if (!session.HasBufferSize)
        {
            return new(new FtpReply(503, "Send PBSZ 0 first."));
        }

        switch (request.Text.Trim().ToUpperInvariant())
        {
            case "P":
                session.IsProtected = true;
                return new(new FtpReply(200, "Data connections are protected."));
            case "C":
                return new(new FtpReply(534, "Data connections are protected here: PROT P."));
            case "S" or "E":
                return new(new FtpReply(536, "TLS protects data connections wholly: PROT P."));
            default:
                return new(new FtpReply(504, "PROT takes P."));
        }
    }
}
