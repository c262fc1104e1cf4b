using System.IO.Pipelines;

namespace Waybill.Net.Streams;

/// <summary>
/// Kestrel's pipes as the stream below TLS. A read of no bytes waits until there are some: TLS does it first, so that a session that idles holds no buffer.
/// </summary>
/// <param name="transport">The connection's pipes.</param>
public sealed class TransportStream(IDuplexPipe transport) : Stream
{
    private readonly PipeReader _input = transport.Input;
    private readonly PipeWriter _output = transport.Output;

    /// <summary>Sees what is read and written while it is set, as during a handshake.</summary>
    public ITransportWatch? Watch { get; set; }

    /// <summary>Awaited after each read while it is set: the computations of a handshake are no work for the event loop, and go on upon another thread.</summary>
    public Func<ValueTask>? LeaveEventLoop { get; set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Whether bytes have come that nobody has read.</summary>
    public bool HasUnread
    {
        get
        {
            if (!_input.TryRead(out var read))
            {
                return false;
            }

            _input.AdvanceTo(read.Buffer.Start);
            return !read.Buffer.IsEmpty;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await _input.ReadAsync(cancellationToken).ConfigureAwait(false);
        var taken = read.Buffer.Slice(0, Math.Min(buffer.Length, read.Buffer.Length));
        var position = 0;
        foreach (var piece in taken)
        {
            piece.CopyTo(buffer[position..]);
            position += piece.Length;
        }

        _input.AdvanceTo(taken.End);
        if (read.IsCanceled)
        {
            throw new OperationCanceledException("The connection was aborted.");
        }

        Watch?.NoteReceived(buffer.Span[..position]);
        if (LeaveEventLoop is { } leave)
        {
            await leave().ConfigureAwait(false);
        }

        return position;
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Watch?.NoteSent(buffer.Span);
        var flushed = await _output.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (flushed.IsCompleted || flushed.IsCanceled)
        {
            throw new IOException("The client is gone.");
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override void Flush()
    {
        // Each write is flushed.
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
