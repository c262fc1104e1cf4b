using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>RNFR and RNTO (RFC 959 section 4.1.3): the second only right behind the first. A name that is there is replaced where the login may overwrite, as by SFTP's posix-rename.</summary>
internal static class RenameCommands
{
    public static async ValueTask<FtpReply> FromAsync(FtpSession session, FtpRequest request)
    {
        var there = await session.LookAsync(request.Path!).ConfigureAwait(false);
        if (!there.Succeeded)
        {
            return FtpReply.Of(there.Error);
        }

        session.RenameFrom = request.Path;
        return new FtpReply(350, "Send RNTO with the new name.");
    }

    public static async ValueTask<FtpReply> ToAsync(FtpSession session, FtpRequest request)
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
