using System.IO.Pipelines;
using Waybill.Ftp.Tls;
using Waybill.Storage.EventLoop;

namespace Waybill.Ftp.Control;

/// <summary>
/// Kestrel's pipes as the stream below TLS. A read of no bytes waits until there are some: TLS does it first, so that a session that idles holds no buffer.
/// </summary>
internal sealed class TransportStream(IDuplexPipe transport) : Stream
{
    private readonly PipeReader _input = transport.Input;
    private readonly PipeWriter _output = transport.Output;

    /// <summary>The handshake, while it runs: it goes on upon a thread that may block after each read, for its computations are no work for the event loop.</summary>
    public HandshakeWatch? Watch { get; set; }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

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

        if (Watch is { } watch)
        {
            watch.NoteReceived(buffer.Span[..position]);
            await PoolThread.EnterAsync();
        }

        return position;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Watch?.NoteSent(buffer.Span);
        var flushed = await _output.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (flushed.IsCompleted || flushed.IsCanceled)
        {
            throw new IOException("The client is gone.");
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
        // Each write is flushed.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
