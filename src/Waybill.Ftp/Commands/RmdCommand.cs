using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>RMD (RFC 959 section 4.1.3).</summary>
internal static class RmdCommand
{
    public static async ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request) =>
        FtpReply.Of(session.Files.Explained(await session.Files.RemoveDirectoryAsync(request.Path!).ConfigureAwait(false)));
}
