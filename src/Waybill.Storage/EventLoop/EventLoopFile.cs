using System.Buffers;

namespace Waybill.Storage.EventLoop;

/// <summary>
/// A file whose reads, writes and attributes stay on the event loop while they come from memory: to change threads for each costs more than the copy. What forces
/// writes or frees space goes to a thread of the pool.
/// </summary>
internal sealed class EventLoopFile(IOpenFile inner, OpenModes modes, DiskPace pace) : IOpenFile
{
    private readonly bool _writes = modes.HasFlag(OpenModes.Write);

    public VaultPath? RenamedTo => inner.RenamedTo;

    public bool IsRemoved => inner.IsRemoved;

    public long ResumedAt => inner.ResumedAt;

    public long Kept => inner.Kept;

    public byte[]? Sha256 => inner.Sha256;

    public ValueTask<bool> IsRecordedAsync() => inner.IsRecordedAsync();

    public ValueTask<StoreResult<int>> ReadAsync(long offset, Memory<byte> buffer)
    {
        if (pace.IsSlow && !PoolThread.IsHere)
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
        if (pace.IsSlow && !PoolThread.IsHere)
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
        await pace.EnterAsync();
        var began = pace.Now;
        var reading = inner.GetAttributesAsync();
        pace.Note(began);
        return await reading.ConfigureAwait(false);
    }

    // Clients set the mode and times of each upload, in memory; a new size may free blocks.
    public async ValueTask<StoreError> SetAttributesAsync(AttributeChanges changes)
    {
        await (_writes && changes.Size is null ? pace.EnterAsync() : PoolThread.EnterAsync());
        var began = pace.Now;
        var setting = inner.SetAttributesAsync(changes);
        pace.Note(began);
        return await setting.ConfigureAwait(false);
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
        await EnterToEndAsync();
        return await inner.CommitAsync().ConfigureAwait(false);
    }

    public async ValueTask<StoreError> CommitKeepingOldAsync()
    {
        await EnterToEndAsync();
        return await inner.CommitKeepingOldAsync().ConfigureAwait(false);
    }

    public async ValueTask SettleAsync(bool recorded)
    {
        await EnterToEndAsync();
        await inner.SettleAsync(recorded).ConfigureAwait(false);
    }

    public async ValueTask DiscardAsync()
    {
        await EnterToEndAsync();
        await inner.DiscardAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await EnterToEndAsync();
        await inner.DisposeAsync().ConfigureAwait(false);
    }

    private IOpenFile Inner => inner;

    // A download ends in a close of its descriptor.
    private PoolThreadEntry EnterToEndAsync() => _writes ? PoolThread.EnterAsync() : pace.EnterAsync();

    private async ValueTask<StoreResult<int>> ReadOnPoolAsync(long offset, Memory<byte> buffer)
    {
        await PoolThread.EnterAsync();
        var began = pace.Now;
        var read = await inner.ReadAsync(offset, buffer).ConfigureAwait(false);
        pace.Note(began, buffer.Length);
        return read;
    }

    private async ValueTask<StoreError> WriteOnPoolAsync(long offset, ReadOnlySequence<byte> data)
    {
        await PoolThread.EnterAsync();
        var began = pace.Now;
        var written = await inner.WriteAsync(offset, data).ConfigureAwait(false);
        pace.Note(began, data.Length);
        return written;
    }
}
