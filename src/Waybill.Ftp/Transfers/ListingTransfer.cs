using System.Buffers;
using Waybill.Ftp.Commands;
using Waybill.Ftp.Control;
using Waybill.Ftp.Data;
using Waybill.Ftp.Listings;
using Waybill.Ftp.Tls;
using Waybill.Net.Threads;
using Waybill.Storage;
using Waybill.Storage.Access;

namespace Waybill.Ftp.Transfers;

/// <summary>LIST, NLST and MLSD: a directory as lines, one batch after the other, so that one of any length takes the same memory.</summary>
internal sealed class ListingTransfer(FtpSession session, IDirectoryListing listing, VaultPath directory, IListingFormat format) : Transfer(session)
{
    private const int Batch = 64;

    public override string Description => "sending a listing";

    protected override async ValueTask<FtpReply> MoveAsync(DataConnection data, CancellationToken cancellationToken)
    {
        using var block = WireStream.RentBlock();
        var entries = ArrayPool<DirectoryEntry>.Shared.Rent(Batch);
        var share = new ThreadShare(Session.Server.Time);
        try
        {
            while (true)
            {
                var began = share.Now;
                var read = await listing.ReadAsync(entries.AsMemory(0, Batch)).ConfigureAwait(false);
                if (read.Error != StoreError.None)
                {
                    return FtpReply.Of(read.Error);
                }

                if (read.Value == 0)
                {
                    break;
                }

                var shown = VisibleEntries.Keep(Session.Files.Rules, directory, entries.AsSpan(0, read.Value));
                for (var next = 0; next < shown;)
                {
                    var length = Write(block.Memory.Span, entries.AsSpan(next, shown - next), out var written);
                    next += written;
                    await data.Stream.WriteAsync(block.Memory[..length], cancellationToken).ConfigureAwait(false);
                    Bytes += length;
                }

                if (share.IsUsedUp(began))
                {
                    await Task.Yield();
                }
            }
        }
        finally
        {
            ArrayPool<DirectoryEntry>.Shared.Return(entries, clearArray: true);
        }

        await data.FinishAsync(cancellationToken).ConfigureAwait(false);
        return Done("Listed:");
    }

    protected override ValueTask EndAsync(bool wasMoved) => listing.DisposeAsync();

    private int Write(Span<byte> target, ReadOnlySpan<DirectoryEntry> entries, out int written)
    {
        var length = 0;
        for (written = 0; written < entries.Length && target.Length - length >= ListingLine.Longest; written++)
        {
            length += format.Write(target[length..], directory, entries[written]);
        }

        return length;
    }
}
