using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;

namespace Waybill.Ssh.Hosting;

/// <summary>How a connection ends: by whom, what the client is told, what is cleaned up in which order, and the one report.</summary>
internal sealed partial class SshConnection
{
    /// <summary>How long the last words may wait for a client that does not read.</summary>
    private static readonly TimeSpan LastWordsTime = TimeSpan.FromSeconds(1);

    /// <summary>How long the transport may take to send what it has and close; then it is aborted, so that a client with a shut TCP window keeps no slot.</summary>
    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(5);

    private SshDisconnectException? _end;
    private CancellationTokenRegistration _kicked;

    /// <summary>Ends the connection from any thread; the first reason counts.</summary>
    private void End(SshEndReason reason, string words)
    {
        if (Interlocked.CompareExchange(ref _end, new SshDisconnectException(reason, words), null) is null)
        {
            // Callbacks are the application's code and may not run on a timer's thread or under the writer's lock.
            _ = _stopping.CancelAsync();
            Wake();
        }
    }

    /// <summary>
    /// Lets the read loop look at what is due; never inside this call. Where the transport schedules inline, cancelling the read runs the loop at once, and the
    /// caller may hold a channel's and the writer's lock: with another channel's sender waiting for the latter that is a deadlock.
    /// </summary>
    private void Wake() => ThreadPool.UnsafeQueueUserWorkItem(static input => input.CancelPendingRead(), _input, preferLocal: false);

    /// <summary>The server is stopping: a session's transfers may finish, everyone else goes now.</summary>
    private void Stop()
    {
        if (_channels is { } channels)
        {
            channels.RefuseNewWork();
            _ = StopAfterAsync(channels.DrainAsync(_stopping.Token));
        }
        else
        {
            End(SshEndReason.ServerStopping, "the server is stopping");
        }
    }

    private async Task StopAfterAsync(Task drained)
    {
        await drained.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        End(SshEndReason.ServerStopping, "the server is stopping");
    }

    private SshDisconnectException ClosedByPeer(bool isInsidePacket)
    {
        if (isInsidePacket)
        {
            return new(SshEndReason.ConnectionLost, "the connection ended inside a packet");
        }

        return _channels is { OpenChannels: > 0 }
            ? new(SshEndReason.ConnectionLost, "the connection ended with open channels and without a goodbye")
            : new(SshEndReason.ClientClosed, IsLoggedIn ? "the client closed the connection" : "the client closed the connection before it had logged in");
    }

    private SshDisconnectException Explain(Exception exception)
    {
        // What ended it comes before what failed because of that.
        if (_end is { } end)
        {
            return end;
        }

        switch (exception)
        {
            case SshDisconnectException disconnect:
                return disconnect;
            case OperationCanceledException when _transport.ConnectionClosed.IsCancellationRequested:
            case IOException or SocketException:
                // A socket's own error (the network or the host is unreachable) comes through Kestrel as it is; only resets are translated.
                return new(SshEndReason.ConnectionLost, "the network connection broke");
            default:
                SshLog.Defect(_logger, exception, _info.Id);
                return new(SshEndReason.InternalError, $"a defect of this server: {exception.GetType().Name}");
        }
    }

    private async Task EndedAsync(SshDisconnectException end)
    {
        // A limit of the way out may have been hit by the very message that ended the connection otherwise; the first reason was kept.
        Interlocked.CompareExchange(ref _end, end, null);
        _steering?.End();
        await _timer!.DisposeAsync();
        await _kicked.DisposeAsync();
        _reader.EndBatch();
        _channels?.ConnectionLost(end);

        await SayGoodbyeAsync(end);
        try
        {
            // On this thread, which holds no lock and has nothing more to read: CancelAsync would go through another one.
#pragma warning disable CA1849
            _stopping.Cancel();
#pragma warning restore CA1849
        }
        catch (AggregateException exception)
        {
            SshLog.EndFailed(_logger, exception, _info.Id);
        }

        await CleanUpAsync(end);
    }

    /// <summary>After <see cref="RunAsync"/>, which has ended everything that runs.</summary>
    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        _writer.Dispose();
        _stopping.Dispose();
        if (_timer is not null)
        {
            await _timer.DisposeAsync();
        }
    }

    private async Task SayGoodbyeAsync(SshDisconnectException end)
    {
        try
        {
            if (_kex is null && end.ToClient is { } line)
            {
                _writer.SendLine(Encoding.ASCII.GetBytes(line));
            }

            var sent = _writer.EndAsync(_kex is null ? [] : DisconnectMessage.For(end));
            if (!sent.IsCompleted)
            {
                await sent.WaitAsync(LastWordsTime, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (!sent.IsCompleted)
            {
                _transport.Abort(new ConnectionAbortedException("The client does not read."));
            }

            var abort = _time.CreateTimer(
                static transport => ((ConnectionContext)transport!).Abort(new ConnectionAbortedException("The client does not read.")),
                _transport, CloseTime, Timeout.InfiniteTimeSpan);
            _transport.ConnectionClosed.UnsafeRegister(static timer => ((ITimer)timer!).Dispose(), abort);
            await _writer.CompleteAsync();
        }
        catch (Exception exception)
        {
            SshLog.EndFailed(_logger, exception, _info.Id);
        }
    }

    private async Task CleanUpAsync(SshDisconnectException end)
    {
        try
        {
            if (_channels is not null)
            {
                // Waits for the programs: an upload's temporary file is gone before the login is.
                await _channels.DisposeAsync();
            }

            if (_authentication?.Login is { } login)
            {
                await login.DisposeAsync();
            }
        }
        catch (Exception exception)
        {
            SshLog.EndFailed(_logger, exception, _info.Id);
        }

        try
        {
            SshLog.Ended(_logger, _info.Id, end.Reason, end.Message);
            await _application.ConnectionEndedAsync(Report(end));
        }
        catch (Exception exception)
        {
            SshLog.EndFailed(_logger, exception, _info.Id);
        }
    }

    private SshConnectionReport Report(SshDisconnectException end) => new(
        _info, end.Reason, end.Message, _authentication?.User, IsLoggedIn, _authentication?.AskedForNone ?? false, _authentication?.TriedMethods ?? [],
        _authentication?.OfferedKeys ?? [], _kexContext?.FirstClientKexInit?.Describe() ?? [], _bytesReceived, _writer.BytesSent, _deadlines.Age)
    {
        KeyAttempts = _authentication?.KeyAttempts ?? [],
        InvalidUser = _authentication?.InvalidUser,
    };
}
