using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>DELE (RFC 959 section 4.1.3).</summary>
internal static class DeleCommand
{
    public static async ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        var answer = await session.Files.RemoveAsync(request.Path!).ConfigureAwait(false);
        if (answer.IsOk)
        {
            session.OwnUploads.Remove(request.Path!);
        }

        return FtpReply.Of(session.Files.Explained(answer));
    }
}
