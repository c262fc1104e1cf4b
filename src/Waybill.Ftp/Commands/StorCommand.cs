using Waybill.Ftp.Control;
using Waybill.Ftp.Transfers;
using Waybill.Storage;

namespace Waybill.Ftp.Commands;

/// <summary>STOR (RFC 959 section 4.1.3). What comes is hidden until all of it is there; REST goes on in what a cut-off upload of this login has left (promise D7), or in a copy of what is there.</summary>
internal static class StorCommand
{
    public static async ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        var offset = request.Offset;
        if (session.WhyNoData() is { } problem)
        {
            return problem;
        }

        var modes = OpenModes.Write | OpenModes.Create | (offset == 0 ? OpenModes.Truncate : OpenModes.None);

        // What ALLO said before a resume may be the whole or the rest: nobody can tell.
        var expected = offset == 0 ? request.ExpectedSize : null;
        var (answer, file) = await session.Files.OpenAsync(request.Path!, modes, expectedSize: expected).ConfigureAwait(false);
        if (file is null)
        {
            return FtpReply.Of(session.Files.Explained(answer));
        }

        if (offset > 0 && await ResumeAsync(file, offset).ConfigureAwait(false) is { } refusal)
        {
            await file.DisposeAsync().ConfigureAwait(false);
            return refusal;
        }

        return Upload.Begin(session, request.Path!, file, offset, expected);
    }

    // A client that goes on at an offset means the file to end where its data ends: what lies beyond is an older version's tail.
    private static async ValueTask<FtpReply?> ResumeAsync(IOpenFile file, long offset)
    {
        var attributes = await file.GetAttributesAsync().ConfigureAwait(false);
        if (!attributes.Succeeded)
        {
            return FtpReply.Of(attributes.Error);
        }

        if (offset > attributes.Value.Size)
        {
            return new FtpReply(554, $"There are {attributes.Value.Size} bytes to go on from. Ask with SIZE first, or send the whole file.");
        }

        var cut = offset == attributes.Value.Size ? StoreError.None : await file.SetAttributesAsync(new AttributeChanges(Size: offset)).ConfigureAwait(false);
        return cut == StoreError.None ? null : FtpReply.Of(cut);
    }
}
