using System.Buffers;
using Waybill.Storage;
using FileAttributes = Waybill.Storage.FileAttributes;

namespace Waybill.WrongStore;

/// <summary>A file that has its final name already while it is written.</summary>
internal sealed class RenamedFile(FileStream file) : IOpenFile
{
    public ValueTask<StoreError> WriteAsync(long offset, ReadOnlySequence<byte> data)
    {
        file.Position = offset;
        foreach (var segment in data)
        {
            file.Write(segment.Span);
        }

        return new(StoreError.None);
    }

    public ValueTask<StoreResult<FileAttributes>> GetAttributesAsync() => new(new FileAttributes(FileKind.File, 0x1A4, file.Length, 0, 0, 0, 0, 1));

    public ValueTask<StoreError> CommitAsync()
    {
        file.Flush(flushToDisk: true);
        return new(StoreError.None);
    }

    public ValueTask<StoreResult<int>> ReadAsync(long offset, Memory<byte> buffer) => new(StoreError.NotSupported);

    public ValueTask<StoreError> SetAttributesAsync(AttributeChanges changes) => new(StoreError.NotSupported);

    public ValueTask<StoreError> SyncAsync() => new(StoreError.NotSupported);

    public ValueTask<StoreError> CopyToAsync(long offset, long length, IOpenFile target, long targetOffset, CancellationToken cancellationToken = default) => new(StoreError.NotSupported);

    public ValueTask<StoreResult<FileSystemUsage>> GetUsageAsync() => new(StoreError.NotSupported);

    public ValueTask DisposeAsync() => file.DisposeAsync();
}
