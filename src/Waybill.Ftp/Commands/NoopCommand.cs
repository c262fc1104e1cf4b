using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>NOOP (RFC 959 section 4.1.3).</summary>
internal static class NoopCommand
{
    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request) => new(new FtpReply(200, "Done."));
}
