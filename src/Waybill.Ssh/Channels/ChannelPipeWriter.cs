using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Waybill.Ssh.Channels;

/// <summary>
/// A program's output: it writes into one rented buffer, and a flush cuts that into CHANNEL_DATA messages that are sealed straight from it. The buffer goes
/// back when a flush has sent it all, so an idle program holds none. For one program thread at a time, as every <see cref="PipeWriter"/>.
/// </summary>
internal sealed class ChannelPipeWriter(Channel channel) : PipeWriter
{
    /// <summary>What a program may write without a flush, bytes.</summary>
    public const int MaximumUnflushed = 4 * 1024 * 1024;

    /// <summary>
    /// Messages sent before the transport is asked for room. A key exchange that starts meanwhile holds them, and the burst of every channel must fit into
    /// <see cref="Hosting.SshLimits.HeldMessages"/>.
    /// </summary>
    public const int Burst = 4;

    private byte[]? _buffer;
    private int _start;
    private int _end;
    private volatile bool _flushCancelled;
    private bool _completed;
    private bool _discard;

    /// <inheritdoc/>
    public override bool CanGetUnflushedBytes => true;

    /// <inheritdoc/>
    public override long UnflushedBytes => _end - _start;

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsMemory(_end);
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsSpan(_end);
    }

    /// <inheritdoc/>
    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, (_buffer?.Length ?? 0) - _end);
        _end += bytes;
    }

    /// <inheritdoc/>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        // The usual way: the window is open and the transport has room, so all of it goes out without a wait.
        while (_start < _end && !_flushCancelled && !cancellationToken.IsCancellationRequested)
        {
            var count = SendBurst(_buffer.AsSpan(_start, _end - _start), out var open);
            _start += count;
            if (count == 0)
            {
                break;
            }

            var room = channel.FlushAsync(cancellationToken);
            if (!room.IsCompletedSuccessfully)
            {
                return FlushRestAsync(room, cancellationToken);
            }

            if (!room.Result)
            {
                return ValueTask.FromException<FlushResult>(Channel.ConnectionLost(null));
            }

            if (!open)
            {
                break;
            }
        }

        return _start < _end ? FlushRestAsync(new ValueTask<bool>(true), cancellationToken) : new ValueTask<FlushResult>(Flushed());
    }

    /// <summary>Sends straight from the caller's memory, after what was written before.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        ThrowIfCompleted();
        var result = await FlushAsync(cancellationToken).ConfigureAwait(false);
        return result.IsCanceled || result.IsCompleted || source.IsEmpty
            ? result
            : await SendAsync(source, fromBuffer: false, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override void CancelPendingFlush()
    {
        _flushCancelled = true;
        channel.WakeWriter();
    }

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        // What was written before a plain completion is still sent, when the program has ended; after a failure it is not.
        _completed = true;
        _discard |= exception is not null;
        if (_discard)
        {
            ReturnBuffer();
        }
    }

    /// <summary>The program has returned: sends what it wrote and did not flush.</summary>
    internal async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        _flushCancelled = false;
        if (!_discard)
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives the buffer back, whatever is in it.</summary>
    internal void ReturnBuffer()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            _start = _end = 0;
            OutputBuffers.Return(buffer);
        }
    }

    // The sum of what up to Burst messages took; open tells whether more may be tried at once, that is, neither the window nor the channel was shut.
    private int SendBurst(ReadOnlySpan<byte> data, out bool open)
    {
        var sent = 0;
        open = true;
        for (var burst = 0; open && burst < Burst && sent < data.Length; burst++)
        {
            var count = channel.TrySend(data[sent..]);
            open = count > 0;
            sent += Math.Max(0, count);
        }

        return sent;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> FlushRestAsync(ValueTask<bool> room, CancellationToken cancellationToken)
    {
        if (!await room.ConfigureAwait(false))
        {
            throw Channel.ConnectionLost(null);
        }

        if (_start < _end)
        {
            var result = await SendAsync(_buffer.AsMemory(_start, _end - _start), fromBuffer: true, cancellationToken).ConfigureAwait(false);
            if (result.IsCanceled || result.IsCompleted)
            {
                return result;
            }
        }

        return Flushed();
    }

    private FlushResult Flushed()
    {
        ReturnBuffer();
        return new FlushResult(isCanceled: TakeFlushCancelled(), isCompleted: channel.OutputClosed);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> SendAsync(ReadOnlyMemory<byte> data, bool fromBuffer, CancellationToken cancellationToken)
    {
        while (data.Length > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TakeFlushCancelled())
            {
                return new FlushResult(isCanceled: true, isCompleted: false);
            }

            var count = SendBurst(data.Span, out var open);
            data = data[count..];
            _start += fromBuffer ? count : 0;
            if (channel.OutputClosed)
            {
                // The client has closed the channel: nobody reads on, and what is left has no one to go to.
                ReturnBuffer();
                return new FlushResult(isCanceled: false, isCompleted: true);
            }

            if (count > 0 && !await channel.FlushAsync(cancellationToken).ConfigureAwait(false))
            {
                throw Channel.ConnectionLost(null);
            }

            if (!open)
            {
                await channel.WaitForWindowAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        return new FlushResult(isCanceled: false, isCompleted: channel.OutputClosed);
    }

    private void Reserve(int sizeHint)
    {
        ThrowIfCompleted();
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        var needed = Math.Max(1, sizeHint);
        if (_buffer is null)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(needed, MaximumUnflushed, nameof(sizeHint));
            _buffer = OutputBuffers.Rent(needed);
            _start = _end = 0;
        }
        else if (_buffer.Length - _end < needed)
        {
            Grow(needed);
        }
    }

    private void Grow(int needed)
    {
        var kept = _end - _start;
        if (needed > MaximumUnflushed - kept)
        {
            throw new InvalidOperationException($"More than {MaximumUnflushed} bytes were written to a channel without a flush.");
        }

        var larger = OutputBuffers.Rent(Math.Min(MaximumUnflushed, Math.Max(kept + needed, 2 * _buffer!.Length)));
        _buffer.AsSpan(_start, kept).CopyTo(larger);
        OutputBuffers.Return(_buffer);
        (_buffer, _start, _end) = (larger, 0, kept);
    }

    private bool TakeFlushCancelled()
    {
        var cancelled = _flushCancelled;
        _flushCancelled = false;
        return cancelled;
    }

    private void ThrowIfCompleted()
    {
        if (_completed)
        {
            throw new InvalidOperationException("The channel's output was completed.");
        }
    }
}
