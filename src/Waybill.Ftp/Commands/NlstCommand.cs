using Waybill.Ftp.Control;
using Waybill.Ftp.Listings;

namespace Waybill.Ftp.Commands;

/// <summary>NLST (RFC 959 section 4.1.3).</summary>
internal static class NlstCommand
{
    public static async ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        ListOptions.Read(request.Argument.Span, out var path);
        var named = path.ToArray();
        return await Listing.BeginAsync(session, named, new NameListing(named is [] or [.., (byte)'/'] ? named : [.. named, (byte)'/']), mayBeFile: true).ConfigureAwait(false);
    }
}
