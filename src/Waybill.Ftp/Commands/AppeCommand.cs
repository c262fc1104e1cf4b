using Waybill.Ftp.Control;
using Waybill.Ftp.Transfers;
using Waybill.Storage;

namespace Waybill.Ftp.Commands;

/// <summary>APPE (RFC 959 section 4.1.3): to a copy of what is there, which takes its place once all of it has come.</summary>
internal static class AppeCommand
{
    public static async ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        if (session.WhyNoData() is { } problem)
        {
            return problem;
        }

        var (answer, file) = await session.Files.OpenAsync(request.Path!, OpenModes.Write | OpenModes.Create | OpenModes.Append).ConfigureAwait(false);
        return file is null ? FtpReply.Of(session.Files.Explained(answer)) : Upload.Begin(session, request.Path!, file, 0, null);
    }
}
