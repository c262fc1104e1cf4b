using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>SYST (RFC 959 section 4.1.3): what clients take for "listings look like ls -l".</summary>
internal static class SystCommand
{
    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request) => new(new FtpReply(215, "UNIX Type: L8"));
}
