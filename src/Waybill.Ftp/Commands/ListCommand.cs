using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>LIST (RFC 959 section 4.1.3).</summary>
internal static class ListCommand
{
    public static async ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        var options = ListOptions.Read(request.Argument.Span, out var path);
        return await Listing.BeginAsync(session, path.ToArray(), session.UnixListing(options.All), mayBeFile: true).ConfigureAwait(false);
    }
}
