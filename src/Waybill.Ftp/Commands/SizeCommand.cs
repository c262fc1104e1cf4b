using System.Globalization;
using Waybill.Ftp.Control;
using Waybill.Storage;

namespace Waybill.Ftp.Commands;

/// <summary>SIZE (RFC 3659 section 4): what RETR would send, in type A too, since nothing is converted.</summary>
internal static class SizeCommand
{
    public static async ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        var there = await session.LookAsync(request.Path!).ConfigureAwait(false);
        return !there.Succeeded ? FtpReply.Of(there.Error)
            : there.Value.Kind == FileKind.File ? new FtpReply(213, there.Value.Size.ToString(CultureInfo.InvariantCulture))
            : FtpReply.Of(there.Value.Kind == FileKind.Directory ? StoreError.IsADirectory : StoreError.NotARegularFile);
    }
}
