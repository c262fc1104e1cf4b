using Waybill.Ftp.Control;
using Waybill.Storage;

namespace Waybill.Ftp.Commands;

/// <summary>CWD, CDUP, PWD, MKD and RMD (RFC 959 section 4.1), and their names of RFC 775.</summary>
internal static class DirectoryCommands
{
    private const int DefaultPermissions = 0x1ED; // 0755

    public static ValueTask<FtpReply> ChangeAsync(FtpSession session, FtpRequest request) => ChangeAsync(session, request.Path!);

    public static ValueTask<FtpReply> ChangeUpAsync(FtpSession session, FtpRequest request) => ChangeAsync(session, session.WorkingDirectory.Parent);

    public static ValueTask<FtpReply> PrintAsync(FtpSession session, FtpRequest request) => new(new FtpReply(257, $"{Quoted(session.WorkingDirectory)} is the current directory."));

    public static async ValueTask<FtpReply> MakeAsync(FtpSession session, FtpRequest request)
    {
        var answer = await session.Files.MakeDirectoryAsync(request.Path!, DefaultPermissions).ConfigureAwait(false);
        return answer.IsOk ? new FtpReply(257, $"{Quoted(request.Path!)} was made.") : FtpReply.Of(session.Files.Explained(answer));
    }

    public static async ValueTask<FtpReply> RemoveAsync(FtpSession session, FtpRequest request) =>
        FtpReply.Of(session.Files.Explained(await session.Files.RemoveDirectoryAsync(request.Path!).ConfigureAwait(false)));

    private static async ValueTask<FtpReply> ChangeAsync(FtpSession session, VaultPath path)
    {
        var there = await session.LookAsync(path).ConfigureAwait(false);
        if (!there.Succeeded)
        {
            return FtpReply.Of(there.Error);
        }

        if (there.Value.Kind != FileKind.Directory)
        {
            return FtpReply.Of(StoreError.NotADirectory);
        }

        session.WorkingDirectory = path;
        return new FtpReply(250, "Done.");
    }

    // A quotation mark within is doubled (RFC 959, appendix II).
    private static string Quoted(VaultPath path) => $"\"{path.ToString().Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
