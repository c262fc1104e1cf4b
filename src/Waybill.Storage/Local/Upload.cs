using System.Buffers;
using System.Runtime.CompilerServices;
using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>
/// A file being written: a hidden, locked temporary that becomes the file when it is committed. One that works on a copy (opened without TRUNC) shows the old
/// content at once, but copies only what the client does not overwrite itself: scp writes whole files in place and would pay for each byte twice.
/// </summary>
internal sealed partial class Upload : LocalFile, IHoldableUpload
{
    private readonly FileDescriptor _home;
    private byte[] _temporary;
    private readonly bool _append;
    private readonly bool _readable;
    private FileDescriptor? _source;
    private long _sourceLength;
    private long _filled;
    private long _length;

    /// <summary>Takes over the temporary and the directory of its target.</summary>
    public Upload(LocalFileStore store, FileDescriptor file, byte[] temporary, UploadTarget target, OpenModes modes, int permissions)
        : base(store, file)
    {
        _home = target.Directory;
        _temporary = temporary;
        _target = target;
        _append = modes.HasFlag(OpenModes.Append);
        _readable = modes.HasFlag(OpenModes.Read);
        _permissions = LocalFileStore.Usable(permissions, FileKind.File);
    }

    /// <summary>The content begins as that of <paramref name="source"/>, which is taken over: shared blocks where the file system can, else copied when needed.</summary>
    public void BeginAsCopyOf(FileDescriptor source, long length)
    {
        _length = length;
        if (length == 0 || Store.Calls.Clone(source, File) == Errno.None)
        {
            source.Dispose();
            return;
        }

        _source = source;
        _sourceLength = length;
    }

    public override ValueTask<StoreResult<int>> ReadAsync(long offset, Memory<byte> buffer)
    {
        if (IsClosed || !_readable)
        {
            return new(StoreError.BadHandle);
        }

        return _source is null || offset < 0 || offset > long.MaxValue - buffer.Length
            ? new(ReadCore(File, offset, buffer.Span))
            : ReadFilledAsync(offset, buffer);
    }

    public override ValueTask<StoreError> WriteAsync(long offset, ReadOnlySequence<byte> data)
    {
        if (IsClosed)
        {
            return new(StoreError.BadHandle);
        }

        var start = PositionFor(offset);
        if (start < 0 || start > long.MaxValue - data.Length)
        {
            return new(Fail(StoreError.InvalidArgument));
        }

        if (start > _received && LeaveOrder() is var error and not StoreError.None)
        {
            return new(Fail(error));
        }

        return HasRoom(start + data.Length)
            ? NeedsFilling(start) ? FillAndWriteAsync(start, data) : new(WriteCore(start, data))
            : MakeRoomAndWriteAsync(start, data);
    }

    /// <summary>Where a write to <paramref name="offset"/> lands.</summary>
    public long PositionFor(long offset) => _append ? _length : offset;

    /// <summary>Writes <paramref name="count"/> bytes of another file.</summary>
    public async ValueTask<StoreError> CopyFromAsync(FileDescriptor source, long offset, long count, long start, CancellationToken cancellationToken)
    {
        var error = start > _received ? LeaveOrder() : StoreError.None;
        error = error == StoreError.None ? await MakeRoomAsync(start + count).ConfigureAwait(false) : error;
        error = error == StoreError.None ? Store.Reserve.Take(Store.Calls, File, count) : error;
        error = error == StoreError.None ? await FillAsync(start).ConfigureAwait(false) : error;
        if (error == StoreError.None)
        {
            (error, var copied) = await RangeCopy.CopyAsync(Store.Calls, source, offset, File, start, count, cancellationToken).ConfigureAwait(false);
            Wrote(start, copied);
        }

        return error == StoreError.None ? error : Fail(error);
    }

    public override StoreError Measure(out FileIdentity identity, out long length)
    {
        var error = base.Measure(out identity, out _);
        length = _length;
        return error;
    }

    public override ValueTask<StoreResult<FileAttributes>> GetAttributesAsync()
    {
        if (IsClosed)
        {
            return new(StoreError.BadHandle);
        }

        var errno = Kernel.Stat(File, out var status);
        if (errno != Errno.None)
        {
            return new(Errno.ToStoreError(errno));
        }

        _identity = status.Identity;
        return new(Store.Show(status) with { Size = _length, Permissions = _permissions });
    }

    public override async ValueTask<StoreError> SetAttributesAsync(AttributeChanges changes)
    {
        if (IsClosed)
        {
            return StoreError.BadHandle;
        }

        if (changes.Size is { } size)
        {
            var error = size < 0 ? StoreError.InvalidArgument : await SetLengthAsync(size).ConfigureAwait(false);
            if (error != StoreError.None)
            {
                return error;
            }
        }

        if (changes.Permissions is { } permissions)
        {
            _permissions = LocalFileStore.Usable(permissions, FileKind.File);
        }

        if (changes.AccessTime is null && changes.ModificationTime is null)
        {
            return StoreError.None;
        }

        _times = _times with
        {
            AccessTime = changes.AccessTime ?? _times.AccessTime,
            ModificationTime = changes.ModificationTime ?? _times.ModificationTime,
        };
        return Errno.ToStoreError(Store.Calls.SetTimes(File, changes.AccessTime, changes.ModificationTime));
    }

    public override ValueTask<StoreError> SyncAsync()
    {
        if (IsClosed)
        {
            return new(StoreError.BadHandle);
        }

        return new(_failure != StoreError.None ? _failure : SyncFile());
    }

    protected override ValueTask<StoreError> PrepareToReadAsync(long end) =>
        _readable ? FillAsync(end) : new(StoreError.BadHandle);

    private async ValueTask<StoreResult<int>> ReadFilledAsync(long offset, Memory<byte> buffer)
    {
        var error = await FillAsync(offset + buffer.Length).ConfigureAwait(false);
        return error == StoreError.None ? ReadCore(File, offset, buffer.Span) : error;
    }

    private async ValueTask<StoreError> FillAndWriteAsync(long start, ReadOnlySequence<byte> data)
    {
        var error = await FillAsync(start).ConfigureAwait(false);
        return error == StoreError.None ? WriteCore(start, data) : Fail(error);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<StoreError> MakeRoomAndWriteAsync(long start, ReadOnlySequence<byte> data)
    {
        var error = await MakeRoomAsync(start + data.Length).ConfigureAwait(false);
        return error == StoreError.None ? await FillAndWriteAsync(start, data).ConfigureAwait(false) : Fail(error);
    }

    private StoreError WriteCore(long start, ReadOnlySequence<byte> data)
    {
        var room = Store.Reserve.Take(Store.Calls, File, data.Length);
        if (room != StoreError.None)
        {
            return Fail(room);
        }

        var position = start;
        foreach (var segment in data)
        {
            var errno = Store.Calls.Write(File, position, segment.Span);
            if (errno != Errno.None)
            {
                return Fail(Errno.ToStoreError(errno));
            }

            position += segment.Length;
        }

        Wrote(start, position - start);
        return StoreError.None;
    }

    private void Wrote(long start, long count)
    {
        if (count == 0)
        {
            return;
        }

        _length = Math.Max(_length, start + count);
        Received(start, count);
        _times = default;
        Filled(start + count);
    }

    private async ValueTask<StoreError> SetLengthAsync(long length)
    {
        var error = length > _received ? LeaveOrder() : StoreError.None;
        error = error == StoreError.None ? await MakeRoomAsync(length).ConfigureAwait(false) : error;
        error = error == StoreError.None ? await FillAsync(length).ConfigureAwait(false) : error;
        if (error == StoreError.None)
        {
            // What was not copied by now lies behind the new end.
            Filled(_sourceLength);
            error = Errno.ToStoreError(Store.Calls.SetLength(File, length));
        }

        if (error != StoreError.None)
        {
            return Fail(error);
        }

        _length = length;
        Cut(length);
        _times = default;
        _space?.Shrink(length);
        return StoreError.None;
    }

    private bool NeedsFilling(long end) => _source is not null && Math.Min(end, _sourceLength) > _filled;

    /// <summary>Makes the temporary hold the old content up to <paramref name="end"/>, as far as the client has not replaced it.</summary>
    private async ValueTask<StoreError> FillAsync(long end)
    {
        if (!NeedsFilling(end))
        {
            return StoreError.None;
        }

        var count = Math.Min(end, _sourceLength) - _filled;
        var room = Store.Reserve.Take(Store.Calls, File, count);
        if (room != StoreError.None)
        {
            return room;
        }

        var (error, copied) = await RangeCopy.CopyAsync(Store.Calls, _source!, _filled, File, _filled, count).ConfigureAwait(false);
        if (error == StoreError.None && copied < count)
        {
            // Somebody with access to this machine cut the file; publishing a mix would be worse than failing.
            error = StoreError.InputOutput;
        }

        if (error == StoreError.None)
        {
            Filled(_filled + count);
        }

        return error;
    }

    /// <summary>All before <paramref name="end"/> is the upload's own now.</summary>
    private void Filled(long end)
    {
        _filled = Math.Max(_filled, end);
        if (_source is not null && _filled >= _sourceLength)
        {
            _source.Dispose();
            _source = null;
        }
    }

    /// <summary>Remembers the first failure: a later success must not mask it (OpenSSH 2c504a74e).</summary>
    private StoreError Fail(StoreError error)
    {
        _failure = _failure == StoreError.None ? error : _failure;
        return error;
    }
}
