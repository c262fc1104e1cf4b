using Waybill.Ftp.Control;
using Waybill.Storage;

namespace Waybill.Ftp.Commands;

/// <summary>CWD (RFC 959 section 4.1.1).</summary>
internal static class CwdCommand
{
    public static async ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        var there = await session.LookAsync(request.Path!).ConfigureAwait(false);
        if (!there.Succeeded)
        {
            return FtpReply.Of(there.Error);
        }

        if (there.Value.Kind != FileKind.Directory)
        {
            return FtpReply.Of(StoreError.NotADirectory);
        }

        session.WorkingDirectory = request.Path!;
        return new FtpReply(250, "Done.");
    }
}
