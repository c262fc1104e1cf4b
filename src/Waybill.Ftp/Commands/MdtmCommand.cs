using Waybill.Ftp.Control;
using Waybill.Ftp.Listings;

namespace Waybill.Ftp.Commands;

/// <summary>MDTM (RFC 3659 section 3). Its argument is a path and nothing else: that it begins with digits does not make it the old command that set times.</summary>
internal static class MdtmCommand
{
    public static async ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        var (file, problem) = await session.LookAtFileAsync(request.Path!).ConfigureAwait(false);
        return problem ?? new FtpReply(213, FtpTime.Of(file.ModificationTime));
    }
}
