using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Waybill.Storage;

namespace Waybill.Sftp;

/// <summary>
/// An SFTP version 3 server over a byte pipe (draft-ietf-secsh-filexfer-02 with OpenSSH's extensions). It serves one session; it owns neither the store nor
/// the pipe.
/// </summary>
/// <remarks>
/// One task takes the requests in order. Replies gather in the outgoing pipe and are flushed when no whole request is left, or at
/// <see cref="SftpOptions.FlushThreshold"/>; while the client does not read them no request is taken, so that what a session can hold is bounded however many
/// requests a client sends ahead (paramiko asks for a whole file at once).
/// </remarks>
public sealed class SftpServer(IFileStore store, IAccessRules rules, IFileJournal journal, SftpOptions options, TimeProvider timeProvider)
{
    /// <summary>Exit status after the client has sent EOF between two requests.</summary>
    public const int ExitEnded = 0;

    /// <summary>Exit status after bad framing, a missing INIT, a client older than version 3, or a lost connection; OpenSSH's too.</summary>
    public const int ExitFailed = 255;

    // Input is given back, and with it window credit, after this many bytes, even when more requests lie ready: else a full window would have to be served
    // before the client may send on.
    private const int ReturnInputAfter = 64 * 1024;

    private PipeReader? _input;
    private volatile bool _stopping;

    /// <summary>What the session has done so far.</summary>
    public SftpStatistics Statistics { get; } = new();

    /// <summary>The server is stopping: the session ends when no handle is open and no whole request is left, at once if that is so already.</summary>
    public void EndWhenIdle()
    {
        _stopping = true;
        Volatile.Read(ref _input)?.CancelPendingRead();
    }

    /// <summary>
    /// Serves the session until the client sends EOF, breaks the framing or is lost, or <paramref name="cancellationToken"/> says to end. Open uploads are then
    /// abandoned: only CLOSE publishes.
    /// </summary>
    /// <returns>The exit status: <see cref="ExitEnded"/> or <see cref="ExitFailed"/>.</returns>
    public async Task<int> RunAsync(PipeReader input, PipeWriter output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        Volatile.Write(ref _input, input);
        var replies = new SftpOutput(output);
        var session = new SftpSession(store, rules, journal, options, timeProvider, Statistics, replies) { Lost = cancellationToken };
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
            return await ServeAsync(session, input, replies, cancellationToken).ConfigureAwait(false) ? ExitEnded : ExitFailed;
        }
        finally
        {
            await registration.DisposeAsync().ConfigureAwait(false);
            await session.EndAsync().ConfigureAwait(false);
        }
    }

    private async Task<bool> ServeAsync(SftpSession session, PipeReader input, SftpOutput replies, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            if (!TryRead(input, out var read))
            {
                if (replies.Unflushed > 0 && !await replies.FlushAsync().ConfigureAwait(false))
                {
                    return false;
                }

                if (_stopping && session.Handles.Count == 0)
                {
                    return true;
                }

                if (await ReadAsync(input).ConfigureAwait(false) is not { } waited)
                {
                    return false;
                }

                read = waited;
            }

            if (read.IsCanceled)
            {
                input.AdvanceTo(read.Buffer.Start);
                if (cancellationToken.IsCancellationRequested || !_stopping)
                {
                    return false;
                }

                continue;
            }

            var buffer = read.Buffer;
            var before = buffer.Length;
            var next = SftpFrame.Incomplete;
            while (before - buffer.Length < ReturnInputAfter && (next = SftpFraming.TryTake(ref buffer, options.Message, out var message)) == SftpFrame.Message)
            {
                if (!await session.HandleAsync(message).ConfigureAwait(false))
                {
                    next = SftpFrame.Bad;
                    break;
                }

                if (replies.Unflushed >= options.FlushThreshold && !await replies.FlushAsync().ConfigureAwait(false))
                {
                    input.AdvanceTo(buffer.Start);
                    return false;
                }
            }

            input.AdvanceTo(buffer.Start, next == SftpFrame.Incomplete ? buffer.End : buffer.Start);
            if (next == SftpFrame.Bad || (next == SftpFrame.Incomplete && read.IsCompleted))
            {
                var delivered = await replies.FlushAsync().ConfigureAwait(false);
                return next == SftpFrame.Incomplete && buffer.IsEmpty && delivered;
            }
        }

        return false;
    }

    // A broken connection ends a session like a cancelled one: the connection's own log says why. Both readers throw it, this one leaves it to the other.
    private static bool TryRead(PipeReader input, out ReadResult result)
    {
        try
        {
            return input.TryRead(out result);
        }
        catch (IOException)
        {
            result = default;
            return false;
        }
    }

    // Pooled: it waits for nearly every batch of requests, and its state would be the one object that a transfer allocates again and again.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<ReadResult?> ReadAsync(PipeReader input)
    {
        try
        {
            return await input.ReadAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
