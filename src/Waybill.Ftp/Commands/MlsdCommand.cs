using Waybill.Ftp.Control;
using Waybill.Ftp.Listings;

namespace Waybill.Ftp.Commands;

/// <summary>MLSD (RFC 3659 section 7): the facts of all that is in a directory.</summary>
internal static class MlsdCommand
{
    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request) =>
        Listing.BeginAsync(session, request.Argument.ToArray(), new FactListing(session.Facts, session.Files.Rules), mayBeFile: false);
}
