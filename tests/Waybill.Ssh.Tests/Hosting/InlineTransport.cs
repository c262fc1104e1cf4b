using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;

namespace Waybill.Ssh.Tests.Hosting;

/// <summary>
/// A transport as Kestrel's sockets are on an event loop: its reader runs on the thread that brings the data, and that is none of the pool's.
/// </summary>
internal sealed class InlineTransport : IDuplexPipe
{
    private readonly Pipe _input = new(new PipeOptions(readerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));

    public InlineTransport(IDuplexPipe inner)
    {
        Input = new ThreadNotingReader(_input.Reader, ReadsOnLoop);
        Output = inner.Output;
        new Thread(() => Pump(inner.Input)) { IsBackground = true }.Start();
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    /// <summary>For each read in turn, whether it was asked for on the event loop.</summary>
    public ConcurrentQueue<bool> ReadsOnLoop { get; } = new();

    private void Pump(PipeReader from)
    {
        while (true)
        {
            var read = from.ReadAsync().AsTask().GetAwaiter().GetResult();
            _input.Writer.Write(read.Buffer.ToArray());
            from.AdvanceTo(read.Buffer.End);
            _input.Writer.FlushAsync().AsTask().GetAwaiter().GetResult();
            if (read.IsCompleted)
            {
                _input.Writer.Complete();
                return;
            }
        }
    }

    private sealed class ThreadNotingReader(PipeReader inner, ConcurrentQueue<bool> onLoop) : PipeReader
    {
        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            onLoop.Enqueue(!Thread.CurrentThread.IsThreadPoolThread);
            return inner.ReadAsync(cancellationToken);
        }

        public override bool TryRead(out ReadResult result) => inner.TryRead(out result);
    }
}
