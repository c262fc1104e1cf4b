using Waybill.Storage;

namespace Waybill.Core.Vaults.Mounts;

/// <summary>A directory below a mount being listed: it keeps its vault's store in use.</summary>
internal sealed class MountedListing(IDirectoryListing inner, MountedPlace place) : IDirectoryListing
{
    public ValueTask<StoreResult<int>> ReadAsync(Memory<DirectoryEntry> entries) => inner.ReadAsync(entries);

    public async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await place.DisposeAsync().ConfigureAwait(false);
    }
}
