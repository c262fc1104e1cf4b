using Waybill.Ftp.Control;
using Waybill.Ftp.Listings;
using Waybill.Storage;

namespace Waybill.Ftp.Commands;

/// <summary>MFMT (draft-somers-ftp-mfxx-04): the time of a file, as clients set it after an upload.</summary>
internal static class MfmtCommand
{
    /// <summary>YYYYMMDDHHMMSS SP path.</summary>
    public static async ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        if (!ModifyFact.TrySplit(request.Argument, out var text, out var path) || !FtpTime.TryParse(text.Span, out var time))
        {
            return FtpReply.Syntax("MFMT takes a time, YYYYMMDDHHMMSS in UTC, and a path.");
        }

        return await ModifyFact.SetAsync(session, path, new AttributeChanges(ModificationTime: time)).ConfigureAwait(false);
    }
}
