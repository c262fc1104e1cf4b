using System.Buffers;
using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>A file opened for reading only.</summary>
internal sealed class Download(LocalFileStore store, FileDescriptor file, VaultPath path, bool indirect, Task<bool>? recorded = null) : LocalFile(store, file)
{
    public override ValueTask<bool> IsRecordedAsync() => recorded is null ? new(true) : new(recorded);

    public override ValueTask<StoreResult<int>> ReadAsync(long offset, Memory<byte> buffer) =>
        new(IsClosed ? StoreError.BadHandle : ReadCore(File, offset, buffer.Span));

    public override ValueTask<StoreError> WriteAsync(long offset, ReadOnlySequence<byte> data) => new(StoreError.BadHandle);

    public override ValueTask<StoreResult<FileAttributes>> GetAttributesAsync()
    {
        if (IsClosed)
        {
            return new(StoreError.BadHandle);
        }

        var errno = Kernel.Stat(File, out var status);
        return new(errno == Errno.None ? Store.Show(status) : Errno.ToStoreError(errno));
    }

    public override ValueTask<StoreError> SetAttributesAsync(AttributeChanges changes)
    {
        if (IsClosed || changes.Size is not null)
        {
            return new(StoreError.BadHandle);
        }

        if (indirect && !Store.Allows(path, FileRights.SetAttributes))
        {
            return new(StoreError.PermissionDenied);
        }

        var errno = Kernel.Stat(File, out var status);
        return new(errno != Errno.None ? Errno.ToStoreError(errno)
            : Store.IsShared(status) ? StoreError.PermissionDenied
            : LocalFileStore.ApplyToOpenFile(File, changes));
    }

    public override ValueTask<StoreError> SyncAsync() => new(IsClosed ? StoreError.BadHandle : Errno.ToStoreError(Kernel.Sync(File)));

    public override ValueTask<StoreError> CommitAsync()
    {
        var error = IsClosed ? StoreError.BadHandle : StoreError.None;
        File.Dispose();
        return new(error);
    }

    public override ValueTask DisposeAsync()
    {
        File.Dispose();
        return ValueTask.CompletedTask;
    }

    protected override ValueTask<StoreError> PrepareToReadAsync(long end) => new(StoreError.None);
}
