using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>CDUP (RFC 959 section 4.1.1): CWD to the parent.</summary>
internal static class CdupCommand
{
    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request) => CwdCommand.RunAsync(session, request with { Path = session.WorkingDirectory.Parent });
}
