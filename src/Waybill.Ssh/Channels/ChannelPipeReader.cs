using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Waybill.Ssh.Channels;

/// <summary>A program's input: a pipe's reader that tells the channel what was consumed, since that is what the client gets window credit for.</summary>
internal sealed class ChannelPipeReader(PipeReader inner, Channel channel) : PipeReader
{
    private ReadOnlySequence<byte> _buffer;
    private bool _completed;

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var pending = inner.ReadAsync(cancellationToken);
        return pending.IsCompletedSuccessfully ? new ValueTask<ReadResult>(Remember(pending.Result)) : AwaitAsync(pending);
    }

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        var read = inner.TryRead(out result);
        if (read)
        {
            Remember(result);
        }

        return read;
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        var count = _buffer.Slice(_buffer.Start, consumed).Length;
        var caughtUp = _buffer.Slice(examined).IsEmpty;
        _buffer = default;
        inner.AdvanceTo(consumed, examined);
        channel.Consumed(count, caughtUp);
    }

    /// <inheritdoc/>
    public override void CancelPendingRead() => inner.CancelPendingRead();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        if (!_completed)
        {
            _completed = true;
            _buffer = default;

            // Without the exception, which the pipe would throw at its writer: the connection's read loop.
            inner.Complete();
            channel.InputDropped();
        }
    }

    private ReadResult Remember(ReadResult result)
    {
        _buffer = result.Buffer;
        return result;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> AwaitAsync(ValueTask<ReadResult> pending) => Remember(await pending.ConfigureAwait(false));
}
