using System.Buffers;
using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>What files opened for reading and uploads have in common.</summary>
internal abstract class LocalFile(LocalFileStore store, FileDescriptor file) : IOpenFile
{
    protected LocalFileStore Store { get; } = store;

    protected FileDescriptor File { get; } = file;

    public bool IsClosed => File.IsClosed;

    public virtual VaultPath? RenamedTo => null;

    public virtual bool IsRemoved => false;

    public virtual long ResumedAt => 0;

    public virtual long Kept => 0;

    public virtual ValueTask<bool> IsRecordedAsync() => new(true);

    public abstract ValueTask<StoreResult<int>> ReadAsync(long offset, Memory<byte> buffer);

    public abstract ValueTask<StoreError> WriteAsync(long offset, ReadOnlySequence<byte> data);

    public abstract ValueTask<StoreResult<FileAttributes>> GetAttributesAsync();

    public abstract ValueTask<StoreError> SetAttributesAsync(AttributeChanges changes);

    public abstract ValueTask<StoreError> SyncAsync();

    public abstract ValueTask<StoreError> CommitAsync();

    public virtual ValueTask<StoreError> CommitKeepingOldAsync() => CommitAsync();

    public virtual ValueTask SettleAsync(bool recorded) => ValueTask.CompletedTask;

    public virtual ValueTask DiscardAsync() => DisposeAsync();

    public abstract ValueTask DisposeAsync();

    public ValueTask<StoreResult<FileSystemUsage>> GetUsageAsync() =>
        IsClosed ? new(StoreError.BadHandle) : Store.ShowUsageAsync(LocalFileStore.UsageOf(File));

    /// <summary>
    /// As OpenSSH's copy-data, which a copy of a file onto its own end made grow for ever (5a5e47740): the length is fixed when the copy begins, and overlapping
    /// ranges of one inode are refused, also by two handles.
    /// </summary>
    public async ValueTask<StoreError> CopyToAsync(long offset, long length, IOpenFile target, long targetOffset, CancellationToken cancellationToken = default)
    {
        if (IsClosed || target is not Upload { IsClosed: false } upload)
        {
            return StoreError.BadHandle;
        }

        if (offset < 0 || length < 0 || targetOffset < 0 || offset > long.MaxValue - length)
        {
            return StoreError.InvalidArgument;
        }

        var error = Measure(out var identity, out var size);
        if (error == StoreError.None)
        {
            error = upload.Measure(out var targetIdentity, out _);
            var start = upload.PositionFor(targetOffset);
            var count = Math.Max(0, Math.Min(length == 0 ? long.MaxValue : length, size - offset));
            if (error == StoreError.None && count > long.MaxValue - start)
            {
                error = StoreError.InvalidArgument;
            }

            if (error == StoreError.None && identity == targetIdentity && offset < start + count && start < offset + count)
            {
                error = StoreError.InvalidArgument;
            }

            if (error == StoreError.None)
            {
                error = await PrepareToReadAsync(offset + count).ConfigureAwait(false);
            }

            if (error == StoreError.None && count > 0)
            {
                error = await upload.CopyFromAsync(File, offset, count, start, cancellationToken).ConfigureAwait(false);
            }
        }

        return error;
    }

    /// <summary>The inode behind the handle and its length as the handle shows it.</summary>
    public virtual StoreError Measure(out FileIdentity identity, out long length)
    {
        var errno = Kernel.Stat(File, out var status);
        identity = status.Identity;
        length = (long)status.Size;
        return Errno.ToStoreError(errno);
    }

    /// <summary>Makes sure that what lies before <paramref name="end"/> can be read from <see cref="File"/>.</summary>
    protected abstract ValueTask<StoreError> PrepareToReadAsync(long end);

    protected static StoreResult<int> ReadCore(FileDescriptor file, long offset, Span<byte> buffer)
    {
        if (offset < 0)
        {
            return StoreError.InvalidArgument;
        }

        // No file reaches this far, and the kernel would call the range invalid instead of empty.
        if (offset > long.MaxValue - buffer.Length)
        {
            return 0;
        }

        var errno = Kernel.Read(file, offset, buffer, out var count);
        return errno == Errno.None ? count : Errno.ToStoreError(errno);
    }
}
