using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>RNTO (RFC 959 section 4.1.3), only right behind RNFR. A name that is there is replaced where the login may overwrite, as by SFTP's posix-rename.</summary>
internal static class RntoCommand
{
    public static async ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        if (session.RenameFrom is not { } source)
        {
            return new FtpReply(503, "Send RNFR first.");
        }

        session.RenameFrom = null;
        var answer = await session.Files.RenameAsync(source, request.Path!).ConfigureAwait(false);
        if (answer.IsOk)
        {
            session.OwnUploads.Renamed(source, request.Path!);
        }

        return FtpReply.Of(session.Files.Explained(answer));
    }
}
