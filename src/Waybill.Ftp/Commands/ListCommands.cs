using Waybill.Ftp.Control;
using Waybill.Ftp.Listings;
using Waybill.Ftp.Transfers;
using Waybill.Storage;
using Waybill.Storage.Access;

namespace Waybill.Ftp.Commands;

/// <summary>
/// LIST, NLST (RFC 959 section 4.1.3) and MLSD (RFC 3659 section 7). No recursion, and wildcards in the last name only, without braces: both have brought servers down.
/// </summary>
internal static class ListCommands
{
    public static async ValueTask<FtpReply> ListAsync(FtpSession session, FtpRequest request)
    {
        var options = ListOptions.Read(request.Argument.Span, out var path);
        return await ListAsync(session, path.ToArray(), session.UnixListing(options.All), mayBeFile: true).ConfigureAwait(false);
    }

    public static async ValueTask<FtpReply> NamesAsync(FtpSession session, FtpRequest request)
    {
        ListOptions.Read(request.Argument.Span, out var path);
        var named = path.ToArray();
        return await ListAsync(session, named, new NameListing(named is [] or [.., (byte)'/'] ? named : [.. named, (byte)'/']), mayBeFile: true).ConfigureAwait(false);
    }

    public static ValueTask<FtpReply> FactsAsync(FtpSession session, FtpRequest request) =>
        ListAsync(session, request.Argument.ToArray(), new FactListing(session.Facts, session.Files.Rules), mayBeFile: false);

    private static async ValueTask<FtpReply> ListAsync(FtpSession session, byte[] text, IListingFormat format, bool mayBeFile)
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

    private static FtpReply Begin(Transfer transfer) => new(150, "Opening the data connection for the listing.") { Transfer = transfer };

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
