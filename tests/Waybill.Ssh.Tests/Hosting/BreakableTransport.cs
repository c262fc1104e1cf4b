using System.IO.Pipelines;

namespace Waybill.Ssh.Tests.Hosting;

/// <summary>A transport whose way out fails from <see cref="Break"/> on, as Kestrel's does when its block pool has been disposed.</summary>
internal sealed class BreakableTransport(IDuplexPipe inner) : PipeWriter, IDuplexPipe
{
    private volatile bool _broken;

    public PipeReader Input => inner.Input;

    public PipeWriter Output => this;

    public void Break() => _broken = true;

    public override void Advance(int bytes) => inner.Output.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => Working().GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => Working().GetSpan(sizeHint);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.Output.FlushAsync(cancellationToken);

    public override void CancelPendingFlush() => inner.Output.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Output.Complete(exception);

    private PipeWriter Working()
    {
        ObjectDisposedException.ThrowIf(_broken, this);
        return inner.Output;
    }
}
