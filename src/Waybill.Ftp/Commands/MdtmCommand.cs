using Waybill.Ftp.Control;
using Waybill.Ftp.Listings;
using Waybill.Storage;

namespace Waybill.Ftp.Commands;

/// <summary>MDTM (RFC 3659 section 3). Its argument is a path and nothing else: that it begins with digits does not make it the old command that set times.</summary>
internal static class MdtmCommand
{
    public static async ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        var there = await session.LookAsync(request.Path!).ConfigureAwait(false);
        return !there.Succeeded ? FtpReply.Of(there.Error)
            : there.Value.Kind == FileKind.File ? new FtpReply(213, FtpTime.Of(there.Value.ModificationTime))
            : FtpReply.Of(there.Value.Kind == FileKind.Directory ? StoreError.IsADirectory : StoreError.NotARegularFile);
    }
}
