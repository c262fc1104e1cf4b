using System.Buffers;
using Waybill.Storage;
using FileAttributes = Waybill.Storage.FileAttributes;

namespace Waybill.TestKit.Storage;

/// <summary>An open file of <see cref="MemoryFileStore"/>. One opened for writing works on its own copy until the commit.</summary>
internal sealed class MemoryOpenFile(MemoryFileStore store, VaultPath path, OpenModes modes, MemoryNode node) : IOpenFile
{
    private bool _closed;
    private StoreError _firstFailure;

    public VaultPath Path { get; } = path;

    public MemoryNode Node { get; } = node;

    public FileAttributes Attributes => Node.Attributes;

    public ValueTask<StoreResult<int>> ReadAsync(long offset, Memory<byte> buffer)
    {
        if (!modes.HasFlag(OpenModes.Read))
        {
            return new(StoreError.BadHandle);
        }

        if (store.Failing("read", Path) is var fault and not StoreError.None)
        {
            return new(fault);
        }

        var count = (int)Math.Clamp(Node.Content.Length - offset, 0, buffer.Length);
        Node.Content.AsSpan((int)Math.Min(offset, Node.Content.Length), count).CopyTo(buffer.Span);
        return new(count);
    }

    public ValueTask<StoreError> WriteAsync(long offset, ReadOnlySequence<byte> data)
    {
        if (!modes.HasFlag(OpenModes.Write))
        {
            return new(StoreError.BadHandle);
        }

        if (store.Failing("write", Path) is var fault and not StoreError.None)
        {
            _firstFailure = fault;
            return new(fault);
        }

        var start = modes.HasFlag(OpenModes.Append) ? Node.Content.Length : offset;
        if (start < 0 || start > MemoryNode.MaximumLength - data.Length)
        {
            _firstFailure = StoreError.NoSpace;
            return new(_firstFailure);
        }

        if (start + data.Length > Node.Content.Length)
        {
            var content = Node.Content;
            Array.Resize(ref content, (int)(start + data.Length));
            Node.Content = content;
        }

        data.CopyTo(Node.Content.AsSpan((int)start));
        return new(StoreError.None);
    }

    public ValueTask<StoreResult<FileAttributes>> GetAttributesAsync() =>
        store.Failing("fstat", Path) is var fault and not StoreError.None ? new(fault) : new(Attributes);

    public ValueTask<StoreError> SetAttributesAsync(AttributeChanges changes) =>
        new(store.Failing("fsetstat", Path) is var fault and not StoreError.None ? fault
            : changes.Size is not null && !modes.HasFlag(OpenModes.Write) ? StoreError.BadHandle : Node.Apply(changes));

    public ValueTask<StoreError> SyncAsync() => new(store.Failing("fsync", Path));

    public ValueTask<StoreError> CopyToAsync(long offset, long length, IOpenFile target, long targetOffset, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        store.CopyToken = cancellationToken;
        if (offset < 0 || length < 0 || targetOffset < 0)
        {
            return new(StoreError.InvalidArgument);
        }

        var count = Math.Clamp(length == 0 ? long.MaxValue : length, 0, Math.Max(0, Node.Content.Length - offset));
        if (ReferenceEquals(target, this) && offset < targetOffset + count && targetOffset < offset + count)
        {
            return new(StoreError.InvalidArgument);
        }

        return target.WriteAsync(targetOffset, new ReadOnlySequence<byte>(Node.Content.AsSpan((int)Math.Min(offset, Node.Content.Length), (int)count).ToArray()));
    }

    public ValueTask<StoreResult<FileSystemUsage>> GetUsageAsync() =>
        store.Failing("fstatvfs", Path) is var fault and not StoreError.None ? new(fault) : new(MemoryFileStore.Usage);

    public ValueTask<StoreError> CommitAsync()
    {
        if (_closed)
        {
            return new(StoreError.BadHandle);
        }

        var error = modes.HasFlag(OpenModes.Write) ? _firstFailure : store.Failing("close", Path);
        if (error == StoreError.None && modes.HasFlag(OpenModes.Write))
        {
            error = store.Commit(this);
        }

        Close();
        return new(error);
    }

    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    private void Close()
    {
        if (!_closed)
        {
            _closed = true;
            store.Closed(this);
        }
    }
}
