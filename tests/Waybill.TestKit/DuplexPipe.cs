using System.IO.Pipelines;

namespace Waybill.TestKit;

/// <summary>One end of a two-way pipe.</summary>
public sealed class DuplexPipe(PipeReader input, PipeWriter output) : IDuplexPipe
{
    /// <inheritdoc/>
    public PipeReader Input { get; } = input;

    /// <inheritdoc/>
    public PipeWriter Output { get; } = output;

    /// <summary>Two connected ends. A writer pauses when <paramref name="pauseAt"/> bytes wait to be read.</summary>
    public static (DuplexPipe First, DuplexPipe Second) CreatePair(long pauseAt = 1024 * 1024)
    {
        var options = new PipeOptions(pauseWriterThreshold: pauseAt, resumeWriterThreshold: Math.Max(1, pauseAt / 2), useSynchronizationContext: false);
        var there = new Pipe(options);
        var back = new Pipe(options);
        return (new DuplexPipe(back.Reader, there.Writer), new DuplexPipe(there.Reader, back.Writer));
    }

    /// <summary>This end as a stream.</summary>
    public Stream AsStream() => new DuplexPipeStream(this);
}
