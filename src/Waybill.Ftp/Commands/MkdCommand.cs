using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>MKD (RFC 959 section 4.1.3).</summary>
internal static class MkdCommand
{
    private const int DefaultPermissions = 0x1ED; // 0755

    public static async ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        var answer = await session.Files.MakeDirectoryAsync(request.Path!, DefaultPermissions).ConfigureAwait(false);
        return answer.IsOk ? FtpReply.Pathname(request.Path!, "was made.") : FtpReply.Of(session.Files.Explained(answer));
    }
}
