using System.IO.Pipelines;
using Waybill.Storage;

namespace Waybill.Sftp.Scp;

/// <summary>
/// One run of the legacy SCP protocol (<c>scp -O</c>, <c>pscp -scp</c>) over a byte pipe: what <c>scp -f</c> or <c>scp -t</c> would be on a server with a shell.
/// It owns neither the store nor the pipe.
/// </summary>
public sealed class ScpServer(ScpArguments arguments, IFileStore store, IAccessRules rules, IFileJournal journal, ScpOptions options)
{
    /// <summary>Exit status when everything was moved.</summary>
    public const int ExitDone = 0;

    /// <summary>Exit status after any warning or error, on either side.</summary>
    public const int ExitFailed = 1;

    private readonly Lock _lock = new();
    private ScpChannel? _channel;
    private bool _stopping;

    /// <summary>The server is stopping: the file under way is finished, no further one is begun.</summary>
    public void EndWhenIdle()
    {
        lock (_lock)
        {
            _stopping = true;
            _channel?.Stop();
        }
    }

    /// <summary>
    /// Serves until everything is moved, the client breaks the protocol or is lost, or <paramref name="cancellationToken"/> says to end. A file that is not
    /// whole by then is abandoned.
    /// </summary>
    /// <returns>The exit status: <see cref="ExitDone"/> or <see cref="ExitFailed"/>.</returns>
    public async Task<int> RunAsync(PipeReader input, PipeWriter output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        var channel = new ScpChannel(input, output, options, cancellationToken);
        lock (_lock)
        {
            _channel = channel;
            if (_stopping)
            {
                channel.Stop();
            }
        }

        var registration = cancellationToken.UnsafeRegister(
            static state =>
            {
                var (input, output) = ((PipeReader, PipeWriter))state!;
                input.CancelPendingRead();
                output.CancelPendingFlush();
            },
            (input, output));
        try
        {
            await ServeAsync(channel).ConfigureAwait(false);
            return channel.Failed ? ExitFailed : ExitDone;
        }
        finally
        {
            await registration.DisposeAsync().ConfigureAwait(false);
            lock (_lock)
            {
                _channel = null;
            }
        }
    }

    private async ValueTask ServeAsync(ScpChannel channel)
    {
        if (arguments.Problem is { } problem)
        {
            await channel.EndAsync(problem).ConfigureAwait(false);
            return;
        }

        var files = new ScpFiles(store, rules, journal, options);
        if (arguments.Sends)
        {
            await using var source = new ScpSource(files, channel, arguments);
            await source.RunAsync().ConfigureAwait(false);
        }
        else
        {
            await new ScpSink(files, channel, arguments).RunAsync().ConfigureAwait(false);
        }
    }
}
