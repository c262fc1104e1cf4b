using System.IO.Pipelines;
using Waybill.Ssh.Hosting;

namespace Waybill.Ssh.Tests.Hosting;

/// <summary>Sends back what comes, until the client's EOF.</summary>
internal sealed class EchoProgram : ISshProgram
{
    public const string Name = "echo";

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

/// <summary>Reads everything and answers nothing, as an upload does.</summary>
internal sealed class SinkProgram : ISshProgram
{
    public const string Name = "sink";

    public async Task<int> RunAsync(IDuplexPipe channel, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await channel.Input.ReadAsync(cancellationToken);
            channel.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return 0;
            }
        }
    }
}

/// <summary>Sends zeros until the connection ends, as a large download does.</summary>
internal sealed class SourceProgram : ISshProgram
{
    public const string Name = "source";

    public async Task<int> RunAsync(IDuplexPipe channel, CancellationToken cancellationToken)
    {
        var zeros = new byte[128 * 1024];
        while (!(await channel.Output.WriteAsync(zeros, cancellationToken)).IsCompleted)
        {
        }

        return 0;
    }
}
