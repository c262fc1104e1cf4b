using System.Net.Sockets;
using Waybill.Ftp.Commands;
using Waybill.Ftp.Control;
using Waybill.Net.Connections;

namespace Waybill.Ftp.Hosting;

/// <summary>How a connection ends: by whom, what the client is told, what is cleaned up in which order, and the one report.</summary>
internal sealed partial class FtpConnection
{
    private FtpEndException? _end;
    private CancellationTokenRegistration _kicked;
    private volatile bool _stopping;

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        if (_tls is not null)
        {
            await _tls.DisposeAsync();
        }

        _reader.Dispose();
        _ended.Dispose();
    }

    /// <summary>Ends the connection from any thread; the first reason counts.</summary>
    private void End(FtpEndException end)
    {
        if (Interlocked.CompareExchange(ref _end, end, null) is null)
        {
            // Callbacks are others' code and may not run on a timer's thread.
            _ = _ended.CancelAsync();
        }
    }

    /// <summary>The server is stopping: a transfer may finish, everyone else goes now.</summary>
    private void Stop()
    {
        _stopping = true;
        if (_session.Work is not { OutlivesStop: true })
        {
            End(new(FtpEndReason.ServerStopping, "the server is stopping"));
        }
    }

    private void LoggedIn(IFtpLogin login)
    {
        _isLoggedIn = true;
        _kicked = login.Kicked.UnsafeRegister(
            static connection => ((FtpConnection)connection!).End(new(FtpEndReason.Kicked, "an operator or a suspended login ended the session")), this);
        _timer.Look();
    }

    private FtpEndException Explain(Exception exception)
    {
        // What ended it comes before what failed because of that.
        if (_end is { } end)
        {
            return end;
        }

        switch (exception)
        {
            case FtpEndException ended:
                return ended;
            case OperationCanceledException or IOException or SocketException:
                // Kestrel's word for a connection that was aborted is a cancelled operation.
                return new(FtpEndReason.ConnectionLost, "the network connection broke");
            default:
                return Defect(exception);
        }
    }

    private FtpEndException Defect(Exception exception)
    {
        FtpLog.Defect(_server.Logger, exception, _info.Id);
        return new(FtpEndReason.InternalError, $"a defect of this server: {exception.GetType().Name}");
    }

    private async Task EndedAsync(FtpEndException end)
    {
        Interlocked.CompareExchange(ref _end, end, null);
        await _timer.DisposeAsync();
        await _kicked.DisposeAsync();

        // An upload's temporary file is gone, or kept, before the login is; and a login that is not given back stays in the list of sessions.
        await Goodbye.EachAsync(
            exception => FtpLog.EndFailed(_server.Logger, exception, _info.Id),
            EndWorkAsync, () => SayGoodbyeAsync(end), SettleAsync, _session.DisposeAsync, () => ReportAsync(end));
    }

    private async ValueTask EndWorkAsync()
    {
        if (_session.Work is { } work)
        {
            work.Abort();
            await work.Completion!;
            work.Dispose();
        }
    }

    /// <summary>What the client reads at the end; null where it was told already, or is not to hear anything.</summary>
    private FtpReply? FarewellOf(FtpEndException end) => end.Reason switch
    {
        FtpEndReason.ServerStopping => new(421, "The server is stopping. Connect again in a moment."),
        FtpEndReason.Kicked => new(421, _session.Login?.Farewell ?? "The provider has ended your session."),
        FtpEndReason.LoginTimeout => new(421, $"You have not logged in within {_limits.LoginTime.TotalSeconds:0} seconds."),
        FtpEndReason.IdleTimeout => new(421, $"There was no command for {_limits.IdleTime.TotalSeconds:0} seconds. Connect again."),
        FtpEndReason.InternalError => new(421, "The server failed. Connect again, and tell the provider's support if it stays so."),
        _ => null,
    };

    private async ValueTask SayGoodbyeAsync(FtpEndException end)
    {
        // Where TLS comes first nobody waits for words without it.
        var isHeard = _server.Options.Mode != FtpMode.ImplicitTls || _tls is not null;
        await Goodbye.SayAsync(
            _transport, Stream, isHeard && FarewellOf(end) is { } farewell ? ReplyWriter.Write(farewell) : null,
            end.Reason is FtpEndReason.NotReading or FtpEndReason.InjectedBytes or FtpEndReason.NotFtp, _server.Time);
    }

    /// <summary>Waits until nothing reads any more.</summary>
    private async ValueTask SettleAsync()
    {
        await _ended.CancelAsync();
        if (_reading is not null)
        {
            await ((Task)_reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private ValueTask ReportAsync(FtpEndException end)
    {
        FtpLog.Ended(_server.Logger, _info.Id, end.Reason, end.Message);
        return _server.Application.ConnectionEndedAsync(Report(end));
    }

    private FtpConnectionReport Report(FtpEndException end) => new(
        _info, end.Reason, end.Message, _session.ShownUser, _isLoggedIn, _session.WrongPasswords, _session.BytesReceived, _session.BytesSent,
        _server.Time.GetElapsedTime(_accepted),
        [.. FtpCommands.All.Select((row, i) => new FtpCommandCount(row.Verb, _counts[i])).Where(count => count.Count > 0)]);
}
