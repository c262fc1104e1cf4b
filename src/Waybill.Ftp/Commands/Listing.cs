using Waybill.Ftp.Control;
using Waybill.Ftp.Listings;
using Waybill.Ftp.Transfers;
using Waybill.Storage;
using Waybill.Storage.Access;

namespace Waybill.Ftp.Commands;

/// <summary>
/// What LIST, NLST and MLSD send over a data connection. No recursion, and wildcards in the last name only, without braces: both have brought servers down.
/// </summary>
internal static class Listing
{
    /// <summary>Begins the listing of a directory, or of a file where the command takes one too (<paramref name="mayBeFile"/>).</summary>
    public static async ValueTask<FtpReply> BeginAsync(FtpSession session, byte[] text, IListingFormat format, bool mayBeFile)
    {
        if ((session.TryPath(text, out var path) ?? session.WhyNoData()) is { } problem)
        {
            return problem;
        }

        if (mayBeFile)
        {
            var there = await session.LookAsync(path!).ConfigureAwait(false);
            if (there.Succeeded && there.Value.Kind != FileKind.Directory)
            {
                return Begin(new TextTransfer(session, Line(format, path!, there.Value, text)));
            }

            // What mget, and scripts with nlst("*.csv"), ask for. A name that is there is meant as it is.
            if (!there.Succeeded && text is not [.., (byte)'/'] && NamePattern.Compile(path!.Name) is { } pattern)
            {
                path = path.Parent;
                format = new MatchingListing(format is NameListing ? new NameListing(text[..(text.AsSpan().LastIndexOf((byte)'/') + 1)]) : format, pattern);
            }
        }

        var (answer, listing) = await session.Files.ListAsync(path!).ConfigureAwait(false);
        if (listing is null)
        {
            return answer.Error == StoreError.NotADirectory && !mayBeFile ? FtpReply.Syntax("MLSD lists directories; MLST is for files.") : FtpReply.Of(answer);
        }

        return Begin(new ListingTransfer(session, listing, path!, format));
    }

    private static FtpReply Begin(Transfer transfer) => new(150, "Opening the data connection for the listing.") { Work = transfer };

    // Of a single file: NLST repeats the name as it was written.
    private static byte[] Line(IListingFormat format, VaultPath path, Storage.FileAttributes attributes, byte[] text)
    {
        if (format is NameListing)
        {
            return [.. text, (byte)'\r', (byte)'\n'];
        }

        var line = new byte[ListingLine.Longest];
        return line[..format.Write(line, path.Parent, new DirectoryEntry(path.Name.ToArray(), attributes))];
    }
}
