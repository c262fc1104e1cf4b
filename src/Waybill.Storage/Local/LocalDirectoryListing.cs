using System.Buffers;
using System.Text.Unicode;
using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>
/// A directory being listed. One buffer of the kernel's records is held while there are entries to come; the names handed out lie in it, so an entry
/// costs no allocation. From its first entry to its last one it keeps sets of files from being shown in between, as long as whoever shows them waits.
/// </summary>
internal sealed class LocalDirectoryListing : IDirectoryListing
{
    private static readonly byte[] Dot = [(byte)'.'];
    private static readonly byte[] DotDot = [(byte)'.', (byte)'.'];

    private readonly LocalFileStore _store;
    private readonly FileDescriptor _directory;
    private readonly VaultPath _path;
    private readonly FileAttributes _self;
    private byte[]? _buffer;
    private int _start;
    private int _end;
    private int _dots;
    private bool _finished;
    private bool _begun;

    /// <summary>Takes over the open directory, which is the one that is pinned.</summary>
    public LocalDirectoryListing(LocalFileStore store, FileDescriptor directory, in PinnedFile pinned)
    {
        _store = store;
        _directory = directory;
        _path = pinned.Path;
        _self = store.Show(pinned.Status);
    }

    public ValueTask<StoreResult<int>> ReadAsync(Memory<DirectoryEntry> entries)
    {
        if (_directory.IsClosed)
        {
            return new(StoreError.BadHandle);
        }

        if (!_begun && !DirectoryLock.TryToList(_directory))
        {
            return WaitAndReadAsync(entries);
        }

        _begun = true;
        return new(Read(entries.Span));
    }

    public ValueTask DisposeAsync()
    {
        _directory.Dispose();
        ReturnBuffer();
        return ValueTask.CompletedTask;
    }

    private async ValueTask<StoreResult<int>> WaitAndReadAsync(Memory<DirectoryEntry> entries)
    {
        try
        {
            await DirectoryLock.WaitToListAsync(_directory).ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // Its client has closed it, or is gone.
            return StoreError.BadHandle;
        }

        _begun = true;
        return _directory.IsClosed ? StoreError.BadHandle : Read(entries.Span);
    }

    private StoreResult<int> Read(Span<DirectoryEntry> target)
    {
        var count = 0;

        // The parent's attributes are never asked for: at the root it is not the login's, and elsewhere the directory may be moved meanwhile.
        for (; _dots < 2 && count < target.Length; _dots++)
        {
            target[count++] = new DirectoryEntry(_dots == 0 ? Dot : DotDot, _self);
        }

        while (count < target.Length && (_start < _end || !_finished))
        {
            if (_start == _end)
            {
                // Names already handed out lie in the buffer: it is refilled by the next call only.
                if (count > 0 && _end > 0)
                {
                    break;
                }

                var errno = Refill();
                if (errno != Errno.None)
                {
                    return Errno.ToStoreError(errno);
                }

                continue;
            }

            count += TakeRecord(ref target[count]);
        }

        return count;
    }

    private int TakeRecord(ref DirectoryEntry entry)
    {
        var rest = _buffer.AsSpan(_start, _end - _start);
        if (!DirectoryRecord.TryRead(ref rest, out var record))
        {
            _start = _end;
            return 0;
        }

        var name = _buffer.AsMemory(_start + DirectoryRecord.NameStart, record.Name.Length);
        _start += record.Length;
        if (Temporaries.IsReserved(record.Name))
        {
            if (!_store.ShowsPartial(_path, _directory, record.Name, out var start, out var partial))
            {
                return 0;
            }

            entry = new DirectoryEntry(name[start..], partial);
            return 1;
        }

        if (record.IsDot || Kernel.StatName(_directory, record.Name, out var status) != Errno.None)
        {
            return 0;
        }

        entry = new DirectoryEntry(Utf8.IsValid(name.Span) ? name : Escape(name.Span), _store.Show(status));
        return 1;
    }

    /// <summary>Fills the buffer, and notices whether that was all: a directory that fits into it is read, and unlocked, at once.</summary>
    private int Refill()
    {
        _buffer ??= ArrayPool<byte>.Shared.Rent(DirectoryRecord.BufferSize);
        _start = _end = 0;
        do
        {
            var errno = Kernel.ReadDirectory(_directory, _buffer.AsSpan(_end, DirectoryRecord.BufferSize - _end), out var count);
            if (errno != Errno.None)
            {
                return errno;
            }

            _finished = count == 0;
            _end += count;
        }
        while (!_finished && DirectoryRecord.BufferSize - _end >= DirectoryRecord.MaximumLength);

        if (_finished)
        {
            Kernel.Unlock(_directory);
        }

        return Errno.None;
    }

    private void ReturnBuffer()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            _start = _end = 0;

            // Another session may rent it next.
            buffer.AsSpan().Clear();
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>A name that is not UTF-8 is shown with <c>\xNN</c> for each byte that is not ASCII. It cannot be opened under that name.</summary>
    private static byte[] Escape(ReadOnlySpan<byte> name)
    {
        var escaped = new ArrayBufferWriter<byte>(4 * name.Length);
        foreach (var value in name)
        {
            if (value < 0x80)
            {
                escaped.Write([value]);
            }
            else
            {
                escaped.Write([(byte)'\\', (byte)'x', Hex(value >> 4), Hex(value & 0xF)]);
            }
        }

        return escaped.WrittenSpan.ToArray();
    }

    private static byte Hex(int digit) => (byte)(digit < 10 ? '0' + digit : 'a' + digit - 10);
}
