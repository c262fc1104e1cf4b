using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>PBSZ, PROT and CCC (RFC 2228 section 3, RFC 4217 section 9): data connections are protected, and nothing takes the protection off again.</summary>
internal static class ProtectionCommands
{
    public static ValueTask<FtpReply> BufferSizeAsync(FtpSession session, FtpRequest request)
    {
        if (!session.IsTls)
        {
            return new(new FtpReply(503, "Send AUTH TLS first."));
        }

        if (!uint.TryParse(request.Text.Trim(), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out _))
        {
            return new(FtpReply.Syntax("PBSZ takes a number."));
        }

        session.HasBufferSize = true;
        return new(new FtpReply(200, "PBSZ=0"));
    }

    public static ValueTask<FtpReply> LevelAsync(FtpSession session, FtpRequest request)
    {
        if (!session.IsTls)
        {
            return new(new FtpReply(503, "Send AUTH TLS first."));
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

    /// <summary>The control connection stays protected: a firewall that wants to read along would let others do so too.</summary>
    public static ValueTask<FtpReply> ClearAsync(FtpSession session, FtpRequest request) =>
        new(new FtpReply(session.IsTls ? 534 : 533, "The control connection stays protected."));

    public static IEnumerable<string> BufferSizeFeatures(FtpSession session) => ["PBSZ"];

    public static IEnumerable<string> LevelFeatures(FtpSession session) => ["PROT"];
}
