using System.Buffers;
using System.IO.Compression;
using System.Text;

namespace Waybill.Core.Export;

/// <summary>
/// Writes a zip file into a stream that only goes forward, with bounded memory: sizes and checksums stand behind each file's content, and what is kept of a file is its
/// entry in the central directory.
/// </summary>
internal sealed class ZipStreamWriter : IAsyncDisposable
{
    private const int BufferSize = 128 * 1024;

    /// <summary>What an entry takes in memory besides its name.</summary>
    private const int EntryBytes = 512;

    private const int Mode = 0x81A4 << 16; // a regular file, 0644

    // What the format can say, in steps of two seconds.
    private static readonly DateTime Earliest = new(1980, 1, 1);
    private static readonly DateTime Latest = new(2107, 12, 31);

    private readonly CountingStream _output;
    private readonly ZipArchive _archive;
    private readonly int _directoryBytes;
    private long _directory;

    private ZipStreamWriter(CountingStream output, ZipArchive archive, int directoryBytes) =>
        (_output, _archive, _directoryBytes) = (output, archive, directoryBytes);

    /// <summary>Bytes written so far.</summary>
    public long Written => _output.Written;

    /// <summary>Begins one.</summary>
    /// <param name="output">Where to; it stays open.</param>
    /// <param name="directoryBytes">The most that the central directory may take in memory.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<ZipStreamWriter> CreateAsync(Stream output, int directoryBytes, CancellationToken cancellationToken)
    {
        var counting = new CountingStream(output);
        return new ZipStreamWriter(
            counting, await ZipArchive.CreateAsync(counting, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8, cancellationToken).ConfigureAwait(false), directoryBytes);
    }

    /// <summary>Whether a file of this name still has its place in the central directory.</summary>
    public bool HasRoom(string name) => _directory + SizeOf(name) <= _directoryBytes;

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
        var entry = _archive.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = new DateTimeOffset(DateTime.SpecifyKind(modified < Earliest ? Earliest : modified > Latest ? Latest : modified, DateTimeKind.Unspecified), TimeSpan.Zero);
        entry.ExternalAttributes = Mode;
        _directory += SizeOf(name);
        var done = 0L;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var content = await entry.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (content.ConfigureAwait(false))
            {
                while (done < size)
                {
                    var length = await read(done, buffer.AsMemory(0, (int)Math.Min(BufferSize, size - done))).ConfigureAwait(false);
                    if (length == 0)
                    {
                        break;
                    }

                    await content.WriteAsync(buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
                    done += length;
                }
            }

            await _output.DrainAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return done;
    }

    /// <summary>Ends the file with its central directory. One that is not ended so was cut off, and must not look whole.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        await _archive.DisposeAsync().ConfigureAwait(false);
        await _output.DrainAsync(cancellationToken).ConfigureAwait(false);
        await _output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lets go of it, whole or not: nothing more is written.</summary>
    public async ValueTask DisposeAsync()
    {
        _output.IsClosed = true;
        await _archive.DisposeAsync().ConfigureAwait(false);
        await _output.DisposeAsync().ConfigureAwait(false);
    }

    private static int SizeOf(string name) => EntryBytes + (3 * Encoding.UTF8.GetByteCount(name));

    /// <summary>
    /// Counts what goes out, and lets nothing out of a file that was given up. The end of each entry is written synchronously by the library, which Kestrel refuses: it
    /// waits here, no more than deflate holds back, for <see cref="DrainAsync"/>.
    /// </summary>
    private sealed class CountingStream(Stream output) : Stream
    {
        private readonly ArrayBufferWriter<byte> _waiting = new();

        public long Written { get; private set; }

        public bool IsClosed { get; set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!IsClosed)
            {
                await DrainAsync(cancellationToken).ConfigureAwait(false);
                Written += buffer.Length;
                await output.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (!IsClosed)
            {
                _waiting.Write(buffer);
                Written += buffer.Length;
            }
        }

        public async ValueTask DrainAsync(CancellationToken cancellationToken)
        {
            if (_waiting.WrittenCount > 0)
            {
                await output.WriteAsync(_waiting.WrittenMemory, cancellationToken).ConfigureAwait(false);
                _waiting.ResetWrittenCount();
            }
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => IsClosed ? Task.CompletedTask : output.FlushAsync(cancellationToken);

        public override void Flush()
        {
            // Each write goes out as it comes.
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
    }
}
