using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>PWD (RFC 959 section 4.1.3).</summary>
internal static class PwdCommand
{
    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request) => new(FtpReply.Pathname(session.WorkingDirectory, "is the current directory."));
}
