using System.Text;
using Waybill.Core.Vaults;
using Waybill.Storage;
using FileAttributes = Waybill.Storage.FileAttributes;

namespace Waybill.Core.Inbound;

/// <summary>The store of a collector's session, in which deleting is confirming, and what its account's rules have not judged yet is not there.</summary>
internal sealed class ConfirmingStore(IFileStore inner, Confirming confirming) : PassingStore(inner)
{
    private (StoreError Error, string Words)? _refusal;

    public override async ValueTask<StoreResult<IOpenFile>> OpenAsync(VaultPath path, OpenModes modes, int? permissions = null, long? expectedSize = null) =>
        await confirming.IsOfferedAsync(path).ConfigureAwait(false) ? await Inner.OpenAsync(path, modes, permissions, expectedSize).ConfigureAwait(false) : StoreError.NotFound;

    public override async ValueTask<StoreResult<FileAttributes>> GetAttributesAsync(VaultPath path, bool followLink)
    {
        var attributes = await Inner.GetAttributesAsync(path, followLink).ConfigureAwait(false);
        return !attributes.Succeeded || attributes.Value.Kind != FileKind.File || await confirming.IsOfferedAsync(path).ConfigureAwait(false) ? attributes : StoreError.NotFound;
    }

    public override async ValueTask<StoreResult<IDirectoryListing>> OpenDirectoryAsync(VaultPath path)
    {
        var opened = await Inner.OpenDirectoryAsync(path).ConfigureAwait(false);
        return opened.Succeeded ? new OfferedListing(opened.Value, path, confirming) : opened;
    }

    public override async ValueTask<StoreError> RemoveAsync(VaultPath path) => Answer(await confirming.ConfirmAsync(path).ConfigureAwait(false));

    public override async ValueTask<StoreError> RenameAsync(VaultPath source, VaultPath target, bool replace) =>
        Confirming.IsDrop(target) ? Answer(await confirming.ConfirmAsync(source).ConfigureAwait(false)) : StoreError.PermissionDenied;

    public override string? Explain(StoreError outcome)
    {
        var refusal = _refusal;
        _refusal = null;
        return refusal is { } known && known.Error == outcome ? known.Words : Inner.Explain(outcome);
    }

    private StoreError Answer(Problem? problem)
    {
        var error = problem?.Kind switch
        {
            null => StoreError.None,
            ProblemKind.NotFound => StoreError.NotFound,
            ProblemKind.Refused => StoreError.PermissionDenied,
            ProblemKind.Busy => StoreError.Busy,
            _ => StoreError.InputOutput,
        };
        _refusal = problem is null ? null : (error, problem.Message);
        return error;
    }

    /// <summary>
    /// What of a directory is offered. An open listing keeps sets of files from being shown in that directory, so it is read first, to its end where it is no longer
    /// than <see cref="InboundLimits.Listed"/>, and only then the database is asked, once.
    /// </summary>
    private sealed class OfferedListing(IDirectoryListing inner, VaultPath directory, Confirming confirming) : IDirectoryListing
    {
        private const int Piece = 128;

        private readonly Queue<DirectoryEntry> _offered = new();

        public async ValueTask<StoreResult<int>> ReadAsync(Memory<DirectoryEntry> entries)
        {
            // None of a piece may be meant for it, and there is more behind.
            while (_offered.Count == 0)
            {
                var read = await ReadAheadAsync().ConfigureAwait(false);
                if (!read.Succeeded || read.Value == 0)
                {
                    return read;
                }
            }

            var count = 0;
            while (count < entries.Length && _offered.TryDequeue(out var entry))
            {
                entries.Span[count++] = entry;
            }

            return count;
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();

        private async ValueTask<StoreResult<int>> ReadAheadAsync()
        {
            var piece = new DirectoryEntry[Piece];
            List<DirectoryEntry> ahead = [];
            while (ahead.Count < InboundLimits.Listed)
            {
                var read = await inner.ReadAsync(piece.AsMemory(0, Math.Min(Piece, InboundLimits.Listed - ahead.Count))).ConfigureAwait(false);
                if (!read.Succeeded)
                {
                    return read;
                }

                if (read.Value == 0)
                {
                    break;
                }

                // A name is valid until the next call only.
                ahead.AddRange(piece.AsSpan(0, read.Value).ToArray().Select(static entry => entry with { Name = entry.Name.ToArray() }));
            }

            List<string> files = [.. ahead.Where(static entry => entry.Attributes.Kind == FileKind.File).Select(static entry => Encoding.UTF8.GetString(entry.Name.Span))];
            var offered = await confirming.AreOfferedAsync(directory, files).ConfigureAwait(false);
            var file = 0;
            foreach (var entry in ahead)
            {
                if (entry.Attributes.Kind != FileKind.File || offered[file++])
                {
                    _offered.Enqueue(entry);
                }
            }

            return ahead.Count;
        }
    }
}
