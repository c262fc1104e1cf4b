using System.Globalization;
using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>SIZE (RFC 3659 section 4): what RETR would send, in type A too, since nothing is converted.</summary>
internal static class SizeCommand
{
    public static async ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        var (file, problem) = await session.LookAtFileAsync(request.Path!).ConfigureAwait(false);
        return problem ?? new FtpReply(213, file.Size.ToString(CultureInfo.InvariantCulture));
    }
}
