namespace Waybill.TestKit;

/// <summary>What a <see cref="FaultyStream"/> does to the bytes that pass.</summary>
public sealed record StreamFaults
{
    /// <summary>Bytes that can be read before reads throw <see cref="IOException"/>.</summary>
    public long CutReadsAfter { get; init; } = long.MaxValue;

    /// <summary>Bytes that can be written before writes throw; those that still fit go out.</summary>
    public long CutWritesAfter { get; init; } = long.MaxValue;

    /// <summary>The most bytes that one read gives: 1 splits at every byte.</summary>
    public int ReadPiece { get; init; } = int.MaxValue;

    /// <summary>The most bytes that one write passes on, flushed: 1 splits at every byte.</summary>
    public int WritePiece { get; init; } = int.MaxValue;

    /// <summary>Wait before each read and each written piece.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Inverts the lowest bit of the byte read at this offset.</summary>
    public long FlipReadAt { get; init; } = -1;
}

/// <summary>A bad network: cuts after so many bytes, delays, splits.</summary>
public sealed class FaultyStream(Stream inner, StreamFaults faults) : Stream
{
    private long _read;
    private long _written;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await PauseAsync(cancellationToken);
        var room = Math.Min(Math.Min(buffer.Length, faults.ReadPiece), faults.CutReadsAfter - _read);
        if (room <= 0 && !buffer.IsEmpty)
        {
            throw new IOException("The connection was cut (reading).");
        }

        var count = await inner.ReadAsync(buffer[..(int)room], cancellationToken);
        var flip = faults.FlipReadAt - _read;
        if (flip >= 0 && flip < count)
        {
            buffer.Span[(int)flip] ^= 1;
        }

        _read += count;
        return count;
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            await PauseAsync(cancellationToken);
            var room = (int)Math.Min(Math.Min(buffer.Length, faults.WritePiece), faults.CutWritesAfter - _written);
            if (room <= 0)
            {
                throw new IOException("The connection was cut (writing).");
            }

            await inner.WriteAsync(buffer[..room], cancellationToken);
            await inner.FlushAsync(cancellationToken);
            _written += room;
            buffer = buffer[room..];
        }
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Write asynchronously.");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private Task PauseAsync(CancellationToken cancellationToken) =>
        faults.Delay > TimeSpan.Zero ? Task.Delay(faults.Delay, TimeProvider.System, cancellationToken) : Task.CompletedTask;
}
