using System.IO.Pipelines;
using Waybill.Ssh.Hosting;

namespace Waybill.Conformance.Tests.Server;

/// <summary>Sends back what it receives.</summary>
internal sealed class EchoProgram : ISshProgram
{
    public async Task<int> RunAsync(IDuplexPipe channel, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await channel.Input.ReadAsync(cancellationToken);
            foreach (var segment in read.Buffer)
            {
                await channel.Output.WriteAsync(segment, cancellationToken);
            }

            channel.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return 0;
            }
        }
    }
}

/// <summary>Notes what it receives and answers nothing.</summary>
internal sealed class SinkProgram(Action<ReadOnlyMemory<byte>> received) : ISshProgram
{
    public async Task<int> RunAsync(IDuplexPipe channel, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await channel.Input.ReadAsync(cancellationToken);
            foreach (var segment in read.Buffer)
            {
                received(segment);
            }

            channel.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return 0;
            }
        }
    }
}

/// <summary>Sends zeros without end, as fast as they are taken; notes how many it got rid of.</summary>
internal sealed class SourceProgram(Action<long> sent) : ISshProgram
{
    public async Task<int> RunAsync(IDuplexPipe channel, CancellationToken cancellationToken)
    {
        var piece = new byte[32 * 1024];
        var total = 0L;
        while (!cancellationToken.IsCancellationRequested)
        {
            var flush = await channel.Output.WriteAsync(piece, cancellationToken);
            sent(total += piece.Length);
            if (flush.IsCompleted)
            {
                break;
            }
        }

        return 0;
    }
}

/// <summary>Reads nothing until it is told to end.</summary>
internal sealed class StuckProgram(Task release) : ISshProgram
{
    public async Task<int> RunAsync(IDuplexPipe channel, CancellationToken cancellationToken)
    {
        await Task.WhenAny(release, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken));
        return 0;
    }
}
