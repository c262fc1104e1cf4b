using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Waybill.Core.Export;

/// <summary>
/// Writes a zip file (APPNOTE 6.3, ZIP64 where it is needed) into a stream that only goes forward, with bounded memory: sizes and checksums stand behind each
/// file's content, and only the central directory is kept.
/// </summary>
/// <param name="output">Where to; it stays open.</param>
/// <param name="directoryBytes">The most that the central directory may take in memory.</param>
internal sealed class ZipStreamWriter(Stream output, int directoryBytes)
{
    private const int BufferSize = 128 * 1024;

    /// <summary>From here on a file has fields of 64 bits: well below 4 GiB, since what cannot be compressed grows a little.</summary>
    private const long Large = 0xF000_0000;

    private const ushort Version64 = 45;
    private const ushort Version = 20;

    /// <summary>Made on Unix, so that the mode counts.</summary>
    private const ushort MadeBy = (3 << 8) | Version64;

    /// <summary>Sizes and checksum behind the content; names in UTF-8.</summary>
    private const ushort Flags = (1 << 3) | (1 << 11);

    private const ushort Deflate = 8;
    private const uint Mode = 0x81A4u << 16; // a regular file, 0644

    private static readonly byte[] EmptyBlock = [3, 0];

    private readonly ArrayBufferWriter<byte> _directory = new();
    private readonly byte[] _head = new byte[128];
    private long _written;
    private long _files;

    /// <summary>Bytes written so far.</summary>
    public long Written => _written;

    /// <summary>Whether a file of this name still has its place in the central directory.</summary>
    public bool HasRoom(string name) => _directory.WrittenCount + 128 + Encoding.UTF8.GetByteCount(name) <= directoryBytes;

    /// <summary>Writes a file; at most <paramref name="size"/> bytes of it.</summary>
    /// <param name="name">Its name: relative, with slashes.</param>
    /// <param name="modified">When it was last changed, as the clock of whoever unpacks it will show.</param>
    /// <param name="size">How large it is.</param>
    /// <param name="read">Reads at an offset; 0 at the end.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>How many bytes of content were written.</returns>
    public async ValueTask<long> AddAsync(
        string name, DateTime modified, long size, Func<long, Memory<byte>, ValueTask<int>> read, CancellationToken cancellationToken)
    {
        var (offset, is64, utf8) = (_written, size >= Large, Encoding.UTF8.GetBytes(name));
        var stamp = DosTime(modified);
        await WriteAsync(_head.AsMemory(0, LocalHeader(_head, stamp, utf8.Length, is64)), cancellationToken).ConfigureAwait(false);
        await WriteAsync(utf8, cancellationToken).ConfigureAwait(false);
        if (is64)
        {
            await WriteAsync(_head.AsMemory(0, EmptySizes(_head)), cancellationToken).ConfigureAwait(false);
        }

        var (crc, done, from) = (0u, 0L, _written);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            await using var deflate = new DeflateStream(new Counted(this), CompressionLevel.Fastest, leaveOpen: true);
            while (done < size)
            {
                var length = await read(done, buffer.AsMemory(0, (int)Math.Min(BufferSize, size - done))).ConfigureAwait(false);
                if (length == 0)
                {
                    break;
                }

                crc = Crc32.Append(crc, buffer.AsSpan(0, length));
                await deflate.WriteAsync(buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
                done += length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (_written == from)
        {
            // Of nothing .NET makes nothing, which is no deflate stream: an empty last block.
            await WriteAsync(EmptyBlock, cancellationToken).ConfigureAwait(false);
        }

        var packed = _written - from;
        await WriteAsync(_head.AsMemory(0, Descriptor(_head, crc, packed, done, is64)), cancellationToken).ConfigureAwait(false);
        Remember(utf8, stamp, crc, packed, done, offset, is64);
        return done;
    }

    /// <summary>Ends the file with its central directory.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        var (offset, length) = (_written, (long)_directory.WrittenCount);
        await WriteAsync(_directory.WrittenMemory, cancellationToken).ConfigureAwait(false);
        await WriteAsync(_head.AsMemory(0, End(_head, _files, length, offset)), cancellationToken).ConfigureAwait(false);
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    // local file header: signature, version needed, flags, method, time, date, crc-32, compressed size, uncompressed size, name length, extra length
    private static int LocalHeader(Span<byte> to, uint stamp, int nameLength, bool is64)
    {
        var writer = new Fields(to);
        writer.Add32(0x04034b50);
        writer.Add16(is64 ? Version64 : Version);
        writer.Add16(Flags);
        writer.Add16(Deflate);
        writer.Add32(stamp);
        writer.Add32(0);
        writer.Add32(is64 ? uint.MaxValue : 0);
        writer.Add32(is64 ? uint.MaxValue : 0);
        writer.Add16((ushort)nameLength);
        writer.Add16(is64 ? (ushort)20 : (ushort)0);
        return writer.Length;
    }

    // ZIP64 extended information: id, length, uncompressed size, compressed size
    private static int EmptySizes(Span<byte> to)
    {
        var writer = new Fields(to);
        writer.Add16(1);
        writer.Add16(16);
        writer.Add64(0);
        writer.Add64(0);
        return writer.Length;
    }

    // data descriptor: signature, crc-32, compressed size, uncompressed size
    private static int Descriptor(Span<byte> to, uint crc, long packed, long size, bool is64)
    {
        var writer = new Fields(to);
        writer.Add32(0x08074b50);
        writer.Add32(crc);
        if (is64)
        {
            writer.Add64(packed);
            writer.Add64(size);
        }
        else
        {
            writer.Add32((uint)packed);
            writer.Add32((uint)size);
        }

        return writer.Length;
    }

    // central directory header: signature, version made by, version needed, flags, method, time, date, crc-32, compressed size, uncompressed size, name length,
    // extra length, comment length, disk, internal attributes, external attributes, offset of the local header; name, extra
    private void Remember(byte[] name, uint stamp, uint crc, long packed, long size, long offset, bool is64)
    {
        is64 |= offset >= uint.MaxValue;
        var writer = new Fields(_directory.GetSpan(128 + name.Length));
        writer.Add32(0x02014b50);
        writer.Add16(MadeBy);
        writer.Add16(is64 ? Version64 : Version);
        writer.Add16(Flags);
        writer.Add16(Deflate);
        writer.Add32(stamp);
        writer.Add32(crc);
        writer.Add32(is64 ? uint.MaxValue : (uint)packed);
        writer.Add32(is64 ? uint.MaxValue : (uint)size);
        writer.Add16((ushort)name.Length);
        writer.Add16(is64 ? (ushort)28 : (ushort)0);
        writer.Add16(0);
        writer.Add16(0);
        writer.Add16(0);
        writer.Add32(Mode);
        writer.Add32(is64 ? uint.MaxValue : (uint)offset);
        writer.Add(name);
        if (is64)
        {
            writer.Add16(1);
            writer.Add16(24);
            writer.Add64(size);
            writer.Add64(packed);
            writer.Add64(offset);
        }

        _directory.Advance(writer.Length);
        _files++;
    }

    // ZIP64 end of central directory, its locator, and the end of central directory of before; where the numbers are small the last one alone
    private static int End(Span<byte> to, long files, long length, long offset)
    {
        var writer = new Fields(to);
        var is64 = files >= ushort.MaxValue || length >= uint.MaxValue || offset >= uint.MaxValue;
        if (is64)
        {
            writer.Add32(0x06064b50);
            writer.Add64(44);
            writer.Add16(MadeBy);
            writer.Add16(Version64);
            writer.Add32(0);
            writer.Add32(0);
            writer.Add64(files);
            writer.Add64(files);
            writer.Add64(length);
            writer.Add64(offset);
            writer.Add32(0x07064b50);
            writer.Add32(0);
            writer.Add64(offset + length);
            writer.Add32(1);
        }

        writer.Add32(0x06054b50);
        writer.Add16(0);
        writer.Add16(0);
        writer.Add16((ushort)Math.Min(files, ushort.MaxValue));
        writer.Add16((ushort)Math.Min(files, ushort.MaxValue));
        writer.Add32((uint)Math.Min(length, uint.MaxValue));
        writer.Add32((uint)Math.Min(offset, uint.MaxValue));
        writer.Add16(0);
        return writer.Length;
    }

    private static uint DosTime(DateTime time)
    {
        var at = time.Year < 1980 ? new DateTime(1980, 1, 1) : time.Year > 2107 ? new DateTime(2107, 12, 31) : time;
        var date = (uint)(((at.Year - 1980) << 9) | (at.Month << 5) | at.Day);
        return (date << 16) | (uint)((at.Hour << 11) | (at.Minute << 5) | (at.Second / 2));
    }

    private ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        _written += data.Length;
        return output.WriteAsync(data, cancellationToken);
    }

    /// <summary>Little-endian fields, one after the other.</summary>
    private ref struct Fields(Span<byte> to)
    {
        private readonly Span<byte> _to = to;

        public int Length { get; private set; }

        public void Add16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Next(2), value);

        public void Add32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Next(4), value);

        public void Add64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Next(8), value);

        public void Add(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Next(bytes.Length));

        private Span<byte> Next(int length)
        {
            var field = _to.Slice(Length, length);
            Length += length;
            return field;
        }
    }

    /// <summary>Where the packed content goes.</summary>
    private sealed class Counted(ZipStreamWriter writer) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => writer.WriteAsync(buffer, cancellationToken);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            writer.WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override void Flush()
        {
            // Each write goes out as it comes.
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
