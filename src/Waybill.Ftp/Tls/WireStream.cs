using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Waybill.Net.Buffers;
using Waybill.Storage.EventLoop;

namespace Waybill.Ftp.Tls;

/// <summary>
/// A data connection's socket as the stream below TLS. It reads ahead and gathers what is sent, since TLS would do a system call for each record of 16 KiB. And it
/// remembers whether the socket came to its end: with TLS above, the data then ended without close_notify, as it does when somebody on the way cuts the connection.
/// </summary>
internal sealed class WireStream(Socket socket, TimeProvider time) : Stream
{
    private static readonly BlockMemoryPool Blocks = new();

    private IMemoryOwner<byte>? _input;
    private IMemoryOwner<byte>? _output;
    private int _inputStart;
    private int _inputEnd;
    private int _outputLength;
    private long _lastProgress = time.GetTimestamp();
    private bool _isDisposed;

    /// <summary>Whether the peer has closed its side: a read has seen the end. One of no bytes tells nothing.</summary>
    public bool SawEof { get; private set; }

    /// <summary>When a byte moved last.</summary>
    public long LastProgress => Volatile.Read(ref _lastProgress);

    /// <summary>Bytes that have come and nobody has read.</summary>
    public bool HasUnread => _inputEnd > _inputStart;

    /// <summary>The handshake, while it runs.</summary>
    public HandshakeWatch? Watch { get; set; }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>A block for whoever moves data over this stream.</summary>
    public static IMemoryOwner<byte> RentBlock() => Blocks.Rent();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        buffer.IsEmpty ? new(0) : HasUnread ? new(TakeInput(buffer.Span)) : ReceiveAsync(buffer, cancellationToken);

    /// <summary>
    /// Gathers; during a handshake it sends at once, but for TLS 1.3's tickets. Those are held until something else is sent, or to the end: a client that has written its
    /// upload and closed answers whatever still comes with a reset, and drops what it had not sent yet.
    /// </summary>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var gathers = Watch is null or { IsTls13: true };
        Watch?.NoteSent(buffer.Span);
        _output ??= Blocks.Rent();
        if (gathers && buffer.Length <= BlockMemoryPool.BlockSize - _outputLength)
        {
            buffer.CopyTo(_output.Memory[_outputLength..]);
            _outputLength += buffer.Length;
            return ValueTask.CompletedTask;
        }

        return GatherAsync(buffer, sendAll: !gathers, cancellationToken);
    }

    /// <summary>TLS asks for it behind each step of its handshake; what is gathered is sent by <see cref="SendGatheredAsync"/>.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Gives the blocks back. Only when nothing reads or writes any more: a block that is given to another session must not be written by this one.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            socket.Dispose();
            _input?.Dispose();
            _output?.Dispose();
        }

        base.Dispose(disposing);
    }

    private int TakeInput(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _inputEnd - _inputStart);
        _input!.Memory.Span.Slice(_inputStart, count).CopyTo(buffer);
        _inputStart += count;
        return count;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (SawEof)
        {
            return 0;
        }

        _input ??= Blocks.Rent();
        var received = await socket.ReceiveAsync(_input.Memory, SocketFlags.None, cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _lastProgress, time.GetTimestamp());
        (_inputStart, _inputEnd) = (0, received);
        if (received == 0)
        {
            SawEof = true;
            return 0;
        }

        if (Watch is { } watch)
        {
            watch.NoteReceived(_input.Memory.Span[..received]);

            // The computations of a handshake are no work for the event loop.
            await PoolThread.EnterAsync();
        }

        return TakeInput(buffer.Span);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask GatherAsync(ReadOnlyMemory<byte> buffer, bool sendAll, CancellationToken cancellationToken)
    {
        while (!buffer.IsEmpty)
        {
            var count = Math.Min(buffer.Length, BlockMemoryPool.BlockSize - _outputLength);
            buffer[..count].CopyTo(_output!.Memory[_outputLength..]);
            _outputLength += count;
            buffer = buffer[count..];
            if (_outputLength == BlockMemoryPool.BlockSize || (sendAll && buffer.IsEmpty))
            {
                await SendGatheredAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Sends what is gathered.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendGatheredAsync(CancellationToken cancellationToken)
    {
        var sent = 0;
        while (sent < _outputLength)
        {
            sent += await socket.SendAsync(_output!.Memory[sent.._outputLength], SocketFlags.None, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _lastProgress, time.GetTimestamp());
        }

        _outputLength = 0;
    }
}
