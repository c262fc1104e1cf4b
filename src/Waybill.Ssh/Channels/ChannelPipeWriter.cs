using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Waybill.Ssh.Channels;

/// <summary>
/// A program's output: it writes into one rented buffer, and a flush cuts that into CHANNEL_DATA messages that are sealed straight from it. The buffer goes
/// back when a flush has sent it all, so an idle program holds none. For one program thread at a time, as every <see cref="PipeWriter"/>.
/// </summary>
internal sealed class ChannelPipeWriter(Channel channel) : PipeWriter
{
    /// <summary>The buffer's usual size: an SFTP DATA reply of 255 KiB leaves with one flush.</summary>
    public const int BufferSize = 256 * 1024;

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
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        while (_start < _end)
        {
            var result = await SendAsync(_buffer.AsMemory(_start, _end - _start), fromBuffer: true, cancellationToken).ConfigureAwait(false);
            if (result.IsCanceled || result.IsCompleted)
            {
                return result;
            }
        }

        ReturnBuffer();
        return new FlushResult(isCanceled: TakeFlushCancelled(), isCompleted: channel.OutputClosed);
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
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> SendAsync(ReadOnlyMemory<byte> data, bool fromBuffer, CancellationToken cancellationToken)
    {
        var sent = 0;
        while (sent < data.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TakeFlushCancelled())
            {
                return new FlushResult(isCanceled: true, isCompleted: false);
            }

            var burst = 0;
            int count;
            do
            {
                count = channel.TrySend(data.Span[sent..]);
                sent += Math.Max(0, count);
                _start += fromBuffer ? Math.Max(0, count) : 0;
                burst++;
            }
            while (count > 0 && burst < Burst && sent < data.Length);

            if (count < 0)
            {
                // The client has closed the channel: nobody reads on, and what is left has no one to go to.
                ReturnBuffer();
                return new FlushResult(isCanceled: false, isCompleted: true);
            }

            await channel.FlushAsync(cancellationToken).ConfigureAwait(false);
            if (count == 0)
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
            _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(BufferSize, needed));
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

        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(MaximumUnflushed, Math.Max(kept + needed, 2 * _buffer!.Length)));
        _buffer.AsSpan(_start, kept).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
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
