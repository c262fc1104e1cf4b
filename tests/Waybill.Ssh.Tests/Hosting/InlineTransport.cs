using System.IO.Pipelines;

namespace Waybill.Ssh.Tests.Hosting;

/// <summary>A transport that runs its reader on whatever thread wakes it, as Kestrel's sockets do with UnsafePreferInlineScheduling.</summary>
internal sealed class InlineTransport : IDuplexPipe
{
    private readonly Pipe _input = new(new PipeOptions(readerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));

    public InlineTransport(IDuplexPipe inner)
    {
        Output = inner.Output;
        _ = PumpAsync(inner.Input);
    }

    public PipeReader Input => _input.Reader;

    public PipeWriter Output { get; }

    private async Task PumpAsync(PipeReader from)
    {
        await from.CopyToAsync(_input.Writer);
        await _input.Writer.CompleteAsync();
    }
}
