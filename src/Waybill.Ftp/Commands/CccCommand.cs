using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>CCC (RFC 2228 section 3), refused: a firewall that wants to read along would let others do so too.</summary>
internal static class CccCommand
{
    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request) => new(new FtpReply(session.IsTls ? 534 : 533, "The control connection stays protected."));
}
