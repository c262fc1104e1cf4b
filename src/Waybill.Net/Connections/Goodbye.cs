using System.Net.Security;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Waybill.Net.Connections;

/// <summary>The last of a connection: what is said, what is cleaned up, and how long the other side may take for it.</summary>
public static class Goodbye
{
    /// <summary>How long the last words may wait for a client that does not read.</summary>
    public static readonly TimeSpan LastWordsTime = TimeSpan.FromSeconds(1);

    /// <summary>How long the transport may take to send what it has and close; then it is aborted, so that a client with a shut TCP window keeps no slot.</summary>
    public static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(5);

    /// <summary>Does all of it in order, each whatever became of those before.</summary>
    /// <param name="failed">Told what went wrong, for the log.</param>
    /// <param name="steps">What is to be done.</param>
    public static async Task EachAsync(Action<Exception> failed, params Func<ValueTask>[] steps)
    {
        ArgumentNullException.ThrowIfNull(failed);
        ArgumentNullException.ThrowIfNull(steps);
        foreach (var step in steps)
        {
            try
            {
                await step().ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                failed(exception);
            }
        }
    }

    /// <summary>Says the last words, and close_notify if there is TLS, and lets the connection go (<see cref="LetGoAsync"/>).</summary>
    /// <param name="transport">The connection.</param>
    /// <param name="stream">Its stream.</param>
    /// <param name="words">The words; null when the client was told already, or is not to hear anything.</param>
    /// <param name="isCut">Whether nothing that still is on its way is to arrive either.</param>
    /// <param name="time">The clock.</param>
    public static Task SayAsync(ConnectionContext transport, Stream stream, byte[]? words, bool isCut, TimeProvider time) =>
        LetGoAsync(transport, SayAsync(stream, words), isCut, time);

    /// <summary>Waits for what is said last as long as <see cref="LastWordsTime"/>, and sees to it that the transport closes, in <see cref="CloseTime"/> at the latest.</summary>
    /// <param name="transport">The connection.</param>
    /// <param name="saying">The end of what is said.</param>
    /// <param name="isCut">Whether nothing that still is on its way is to arrive either.</param>
    /// <param name="time">The clock.</param>
    public static async Task LetGoAsync(ConnectionContext transport, Task saying, bool isCut, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(saying);
        ArgumentNullException.ThrowIfNull(time);
        await saying.WaitAsync(LastWordsTime, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (isCut || !saying.IsCompleted)
        {
            transport.Abort(new ConnectionAbortedException(isCut ? "There is nothing more to say." : "The client does not read."));
        }

        var abort = time.CreateTimer(
            static transport => ((ConnectionContext)transport!).Abort(new ConnectionAbortedException("The client does not read.")),
            transport, CloseTime, Timeout.InfiniteTimeSpan);
        transport.ConnectionClosed.UnsafeRegister(static timer => ((ITimer)timer!).Dispose(), abort);
    }

    private static async Task SayAsync(Stream stream, byte[]? words)
    {
        try
        {
            if (words is not null)
            {
                await stream.WriteAsync(words).ConfigureAwait(false);
            }

            if (stream is SslStream tls)
            {
                await tls.ShutdownAsync().ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or InvalidOperationException)
        {
            // The client is gone; the reason is known.
        }
    }
}
