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

    private sealed class OfferedListing(IDirectoryListing inner, VaultPath directory, Confirming confirming) : IDirectoryListing
    {
        public async ValueTask<StoreResult<int>> ReadAsync(Memory<DirectoryEntry> entries)
        {
            while (true)
            {
                var read = await inner.ReadAsync(entries).ConfigureAwait(false);
                if (!read.Succeeded || read.Value == 0)
                {
                    return read;
                }

                var kept = 0;
                for (var i = 0; i < read.Value; i++)
                {
                    var entry = entries.Span[i];
                    if (entry.Attributes.Kind != FileKind.File
                        || (VaultPath.TryParse(entry.Name.Span, directory, out var path) == VaultPathError.None && await confirming.IsOfferedAsync(path!).ConfigureAwait(false)))
                    {
                        entries.Span[kept++] = entry;
                    }
                }

                // None of a piece may be meant for it, and there is more behind.
                if (kept > 0)
                {
                    return kept;
                }
            }
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
