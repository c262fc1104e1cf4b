using System.Buffers;
using System.Runtime.CompilerServices;

namespace Waybill.Storage.EventLoop;

/// <summary>
/// A file whose reads and writes stay on the event loop while they come from memory: to change threads for each costs more than the copy. Whatever else may
/// block goes to a thread of the pool.
/// </summary>
internal sealed class EventLoopFile(IOpenFile inner, DiskPace pace) : IOpenFile
{
    public VaultPath? RenamedTo => inner.RenamedTo;

    public bool IsRemoved => inner.IsRemoved;

    public long ResumedAt => inner.ResumedAt;

    public long Kept => inner.Kept;

    public ValueTask<StoreResult<int>> ReadAsync(long offset, Memory<byte> buffer)
    {
        if (PoolThread.IsHere)
        {
            return inner.ReadAsync(offset, buffer);
        }

        if (pace.IsSlow)
        {
            return ReadOnPoolAsync(offset, buffer);
        }

        var began = pace.Now;
        var read = inner.ReadAsync(offset, buffer);
        pace.Note(began, buffer.Length);
        return read;
    }

    public ValueTask<StoreError> WriteAsync(long offset, ReadOnlySequence<byte> data)
    {
        if (PoolThread.IsHere)
        {
            return inner.WriteAsync(offset, data);
        }

        if (pace.IsSlow)
        {
            return WriteOnPoolAsync(offset, data);
        }

        var began = pace.Now;
        var written = inner.WriteAsync(offset, data);
        pace.Note(began, data.Length);
        return written;
    }

    public async ValueTask<StoreResult<FileAttributes>> GetAttributesAsync()
    {
        await PoolThread.EnterAsync();
        return await inner.GetAttributesAsync().ConfigureAwait(false);
    }

    public async ValueTask<StoreError> SetAttributesAsync(AttributeChanges changes)
    {
        await PoolThread.EnterAsync();
        return await inner.SetAttributesAsync(changes).ConfigureAwait(false);
    }

    public async ValueTask<StoreError> SyncAsync()
    {
        await PoolThread.EnterAsync();
        return await inner.SyncAsync().ConfigureAwait(false);
    }

    public async ValueTask<StoreError> CopyToAsync(long offset, long length, IOpenFile target, long targetOffset, CancellationToken cancellationToken = default)
    {
        await PoolThread.EnterAsync();
        return await inner.CopyToAsync(offset, length, target is EventLoopFile other ? other.Inner : target, targetOffset, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<StoreResult<FileSystemUsage>> GetUsageAsync()
    {
        await PoolThread.EnterAsync();
        return await inner.GetUsageAsync().ConfigureAwait(false);
    }

    public async ValueTask<StoreError> CommitAsync()
    {
        await PoolThread.EnterAsync();
        return await inner.CommitAsync().ConfigureAwait(false);
    }

    public async ValueTask DiscardAsync()
    {
        await PoolThread.EnterAsync();
        await inner.DiscardAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await PoolThread.EnterAsync();
        await inner.DisposeAsync().ConfigureAwait(false);
    }

    private IOpenFile Inner => inner;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<StoreResult<int>> ReadOnPoolAsync(long offset, Memory<byte> buffer)
    {
        await PoolThread.EnterAsync();
        var began = pace.Now;
        var read = await inner.ReadAsync(offset, buffer).ConfigureAwait(false);
        pace.Note(began, buffer.Length);
        return read;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<StoreError> WriteOnPoolAsync(long offset, ReadOnlySequence<byte> data)
    {
        await PoolThread.EnterAsync();
        var began = pace.Now;
        var written = await inner.WriteAsync(offset, data).ConfigureAwait(false);
        pace.Note(began, data.Length);
        return written;
    }
}
