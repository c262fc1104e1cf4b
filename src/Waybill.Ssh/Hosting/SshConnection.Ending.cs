using System.Net.Sockets;
using System.Text;
using Waybill.Net.Connections;

namespace Waybill.Ssh.Hosting;

/// <summary>How a connection ends: by whom, what the client is told, what is cleaned up in which order, and the one report.</summary>
internal sealed partial class SshConnection
{
    private SshDisconnectException? _end;
    private CancellationTokenRegistration _kicked;

    /// <summary>Ends the connection from any thread; the first reason counts.</summary>
    private void End(SshDisconnectException end)
    {
        if (Interlocked.CompareExchange(ref _end, end, null) is null)
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
            End(new(SshEndReason.ServerStopping, "the server is stopping"));
        }
    }

    private async Task StopAfterAsync(Task drained)
    {
        await drained.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        End(new(SshEndReason.ServerStopping, "the server is stopping"));
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
                return Defect(exception);
        }
    }

    private SshDisconnectException Defect(Exception exception)
    {
        SshLog.Defect(_logger, exception, _info.Id);
        return new(SshEndReason.InternalError, $"a defect of this server: {exception.GetType().Name}");
    }

    private async Task EndedAsync(SshDisconnectException end)
    {
        // A limit of the way out may have been hit by the very message that ended the connection otherwise; the first reason was kept.
        Interlocked.CompareExchange(ref _end, end, null);
        _steering?.End();
        await _timer.DisposeAsync();
        await _kicked.DisposeAsync();
        _reader.EndBatch();
        _channels?.ConnectionLost(end);

        await Goodbye.EachAsync(
            exception => SshLog.EndFailed(_logger, exception, _info.Id),
            () => SayGoodbyeAsync(end), CancelWork, EndChannelsAsync, GiveLoginBackAsync, () => ReportAsync(end));
    }

    /// <summary>After <see cref="RunAsync"/>, which has ended everything that runs.</summary>
    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        _writer.Dispose();
        _stopping.Dispose();
        await _timer.DisposeAsync();
    }

    private async ValueTask SayGoodbyeAsync(SshDisconnectException end)
    {
        if (_kex is null && end.ToClient is { } line)
        {
            _writer.SendLine(Encoding.ASCII.GetBytes(line));
        }

        await Goodbye.LetGoAsync(_transport, _writer.EndAsync(_kex is null ? [] : DisconnectMessage.For(end)), isCut: false, _time);
        await _writer.CompleteAsync();
    }

    private ValueTask CancelWork()
    {
        // On this thread, which holds no lock and has nothing more to read: CancelAsync would go through another one.
        _stopping.Cancel();
        return ValueTask.CompletedTask;
    }

    /// <summary>Waits for the programs: an upload's temporary file is gone before the login is.</summary>
    private ValueTask EndChannelsAsync() => _channels?.DisposeAsync() ?? ValueTask.CompletedTask;

    private ValueTask GiveLoginBackAsync() => _authentication?.Login?.DisposeAsync() ?? ValueTask.CompletedTask;

    private ValueTask ReportAsync(SshDisconnectException end)
    {
        SshLog.Ended(_logger, _info.Id, end.Reason, end.Message);
        return _application.ConnectionEndedAsync(Report(end));
    }

    private SshConnectionReport Report(SshDisconnectException end) => new(
        _info, end.Reason, end.Message, _authentication?.User, IsLoggedIn, _authentication?.AskedForNone ?? false, _authentication?.TriedMethods ?? [],
        _authentication?.OfferedKeys ?? [], _kexContext?.FirstClientKexInit?.Describe() ?? [], _bytesReceived, _writer.BytesSent, _deadlines.Age)
    {
        KeyAttempts = _authentication?.KeyAttempts ?? [],
        InvalidUser = _authentication?.InvalidUser,
    };
}
