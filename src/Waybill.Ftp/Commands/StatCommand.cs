using System.Buffers;
using System.Globalization;
using System.Text;
using Waybill.Ftp.Control;
using Waybill.Ftp.Listings;
using Waybill.Storage;
using Waybill.Storage.Access;

namespace Waybill.Ftp.Commands;

/// <summary>STAT (RFC 959 section 4.1.3): how the session stands, also while a transfer runs; or a short listing over the control connection.</summary>
internal static class StatCommand
{
    /// <summary>Entries of one answer; more are what LIST is for.</summary>
    public const int Entries = 1_000;

    private const int Batch = 64;

    public static async ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        if (request.Argument.IsEmpty)
        {
            return State(session);
        }

        ListOptions.Read(request.Argument.Span, out var text);
        if (session.TryPath(text, out var path) is { } problem)
        {
            return problem;
        }

        var there = await session.LookAsync(path!).ConfigureAwait(false);
        if (!there.Succeeded)
        {
            return FtpReply.Of(there.Error);
        }

        var format = session.UnixListing(withDots: false);
        if (there.Value.Kind != FileKind.Directory)
        {
            return new FtpReply(213, "Status:") { Lines = [Line(format, path!, new DirectoryEntry(path!.Name.ToArray(), there.Value))] };
        }

        var (answer, listing) = await session.Files.ListAsync(path!).ConfigureAwait(false);
        return listing is null ? FtpReply.Of(answer) : await ListAsync(session, path!, listing, format).ConfigureAwait(false);
    }

    private static async ValueTask<FtpReply> ListAsync(FtpSession session, VaultPath path, IDirectoryListing listing, UnixListing format)
    {
        var lines = new List<string>();
        var entries = ArrayPool<DirectoryEntry>.Shared.Rent(Batch);
        try
        {
            await using (listing.ConfigureAwait(false))
            {
                while (true)
                {
                    var read = await listing.ReadAsync(entries.AsMemory(0, Batch)).ConfigureAwait(false);
                    if (read.Error != StoreError.None)
                    {
                        return FtpReply.Of(read.Error);
                    }

                    var shown = VisibleEntries.Keep(session.Files.Rules, path, entries.AsSpan(0, read.Value));
                    lines.AddRange(entries.Take(shown).Select(entry => Line(format, path, entry)).Where(line => line.Length > 0));
                    if (read.Value == 0 || lines.Count > Entries)
                    {
                        break;
                    }
                }
            }
        }
        finally
        {
            ArrayPool<DirectoryEntry>.Shared.Return(entries, clearArray: true);
        }

        return lines.Count > Entries
            ? new FtpReply(212, "Status:") { Lines = lines[..Entries], LastLine = "There is more; use LIST." }
            : new FtpReply(212, "Status:") { Lines = lines };
    }

    private static string Line(UnixListing format, VaultPath directory, DirectoryEntry entry)
    {
        var line = new byte[ListingLine.Longest];
        return Encoding.UTF8.GetString(line, 0, format.Write(line, directory, entry)).TrimEnd('\r', '\n');
    }

    private static FtpReply State(FtpSession session) => new(211, "Waybill FTP server:")
    {
        Lines =
        [
            session.IsTls ? $"TLS: {session.Info.Tls}; data connections are {(session.IsProtected ? "protected" : "not yet protected (PROT P)")}" : "No TLS",
            $"Type {(session.IsAscii ? "A" : "I")}, structure F, mode S",
            session.Work is { } work
                ? string.Create(CultureInfo.InvariantCulture, $"Now {work.Description}: {work.Bytes} bytes so far")
                : "No transfer",
        ],
        LastLine = "End of status",
    };
}
