using Waybill.Ftp.Control;
using Waybill.Ftp.Transfers;
using Waybill.Storage;

namespace Waybill.Ftp.Commands;

/// <summary>RETR (RFC 959 section 4.1.3), from where REST said.</summary>
internal static class RetrCommand
{
    public static async ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        var offset = request.Offset;
        if (session.WhyNoData() is { } problem)
        {
            return problem;
        }

        var (answer, file) = await session.Files.OpenAsync(request.Path!, OpenModes.Read).ConfigureAwait(false);
        if (file is null)
        {
            return FtpReply.Of(session.Files.Explained(answer));
        }

        var attributes = await file.GetAttributesAsync().ConfigureAwait(false);
        if (!attributes.Succeeded || offset > attributes.Value.Size)
        {
            await file.DisposeAsync().ConfigureAwait(false);
            return attributes.Succeeded
                ? new FtpReply(554, $"The file has {attributes.Value.Size} bytes: there is nothing to go on from.")
                : FtpReply.Of(attributes.Error);
        }

        return new FtpReply(150, $"Opening the data connection for {attributes.Value.Size - offset} bytes.")
        {
            Work = new Download(session, file, request.Path!, attributes.Value, offset),
        };
    }
}
