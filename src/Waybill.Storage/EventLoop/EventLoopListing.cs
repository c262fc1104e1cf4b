namespace Waybill.Storage.EventLoop;

/// <summary>A listing whose directory is read on a thread of the pool.</summary>
internal sealed class EventLoopListing(IDirectoryListing inner) : IDirectoryListing
{
    public async ValueTask<StoreResult<int>> ReadAsync(Memory<DirectoryEntry> entries)
    {
        await PoolThread.EnterAsync();
        return await inner.ReadAsync(entries).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await PoolThread.EnterAsync();
        await inner.DisposeAsync().ConfigureAwait(false);
    }
}
