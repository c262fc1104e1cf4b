using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Waybill.Ntsapi.Commands;
using Waybill.Ntsapi.Control;

namespace Waybill.Ntsapi.Hosting;

/// <summary>How a connection ends: by whom, what the client is told, what is cleaned up in which order, and the one report.</summary>
internal sealed partial class NtsapiConnection
{
    /// <summary>How long the last words may wait for a client that does not read.</summary>
    private static readonly TimeSpan LastWordsTime = TimeSpan.FromSeconds(1);

    /// <summary>How long the transport may take to send what it has and close; then it is aborted, so that a client with a shut TCP window keeps no slot.</summary>
    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(5);

    private NtsapiEndException? _end;
    private CancellationTokenRegistration _kicked;

    public async ValueTask DisposeAsync()
    {
        if (_timer is not null)
        {
            await _timer.DisposeAsync();
        }

        if (_tls is not null)
        {
            await _tls.DisposeAsync();
        }

        _reader.Dispose();
        _ended.Dispose();
    }

    /// <summary>Ends the connection from any thread; the first reason counts. A command that runs is done first, and answered.</summary>
    private void End(NtsapiEndReason reason, string words)
    {
        if (Interlocked.CompareExchange(ref _end, new NtsapiEndException(reason, words), null) is null)
        {
            // Callbacks are others' code and may not run on a timer's thread.
            _ = _ended.CancelAsync();
        }
    }

    private void LoggedIn(INtsapiLogin login)
    {
        _isLoggedIn = true;
        _kicked = login.Kicked.UnsafeRegister(
            static connection => ((NtsapiConnection)connection!).End(NtsapiEndReason.Kicked, "an operator or a suspended login ended the session"), this);
        OnTimer();
    }

    private NtsapiEndException Explain(Exception exception)
    {
        // What ended it comes before what failed because of that.
        if (_end is { } end)
        {
            return end;
        }

        switch (exception)
        {
            case NtsapiEndException ended:
                return ended;
            case IOException or SocketException when _session.End is { } said:
                // Some clients send QUIT and do not wait for the answer.
                return said;
            case OperationCanceledException or IOException or SocketException:
                // Kestrel's word for a connection that was aborted is a cancelled operation.
                return new(NtsapiEndReason.ConnectionLost, "the network connection broke");
            default:
                NtsapiLog.Defect(_server.Logger, exception, _info.Id);
                return new(NtsapiEndReason.InternalError, $"a defect of this server: {exception.GetType().Name}");
        }
    }

    private async Task EndedAsync(NtsapiEndException end)
    {
        Interlocked.CompareExchange(ref _end, end, null);
        await _timer!.DisposeAsync();
        await _kicked.DisposeAsync();
        try
        {
            await SayGoodbyeAsync(end);
            await _ended.CancelAsync();
            await _reader.SettleAsync();
        }
        catch (Exception exception)
        {
            NtsapiLog.EndFailed(_server.Logger, exception, _info.Id);
        }

        try
        {
            // Whatever failed before: a login that is not given back stays in the list of sessions.
            await _session.DisposeAsync();
        }
        catch (Exception exception)
        {
            NtsapiLog.EndFailed(_server.Logger, exception, _info.Id);
        }

        try
        {
            NtsapiLog.Ended(_server.Logger, _info.Id, end.Reason, end.Message);
            await _server.Application.ConnectionEndedAsync(Report(end));
        }
        catch (Exception exception)
        {
            NtsapiLog.EndFailed(_server.Logger, exception, _info.Id);
        }
    }

    /// <summary>What the client reads at the end, also as the answer to what it sends next; null where it was told already, or is not to hear anything.</summary>
    private NtsapiReply? FarewellOf(NtsapiEndException end) => end.Reason switch
    {
        NtsapiEndReason.ServerStopping => new(ReplyDigit.Trouble, "The server is stopping. Connect again in a moment"),
        NtsapiEndReason.Kicked => new(ReplyDigit.Refused, "The provider has ended your session"),
        NtsapiEndReason.LoginTimeout => new(ReplyDigit.Limit, $"You have not logged in within {_limits.LoginTime.TotalSeconds:0} seconds"),
        NtsapiEndReason.IdleTimeout => new(ReplyDigit.Limit, $"There was no command for {_limits.IdleTime.TotalSeconds:0} seconds. Connect again"),
        NtsapiEndReason.InternalError => new(ReplyDigit.Trouble, "The server failed. Connect again, and tell the provider's support if it stays so"),
        _ => null,
    };

    private async Task SayGoodbyeAsync(NtsapiEndException end)
    {
        var saying = SayAsync(FarewellOf(end));
        await saying.WaitAsync(LastWordsTime, _server.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!saying.IsCompleted || end.Reason is NtsapiEndReason.NotReading or NtsapiEndReason.NotNtsapi)
        {
            _transport.Abort(new ConnectionAbortedException("There is nothing more to say."));
        }

        var abort = _server.Time.CreateTimer(
            static transport => ((ConnectionContext)transport!).Abort(new ConnectionAbortedException("The client does not read.")),
            _transport, CloseTime, Timeout.InfiniteTimeSpan);
        _transport.ConnectionClosed.UnsafeRegister(static timer => ((ITimer)timer!).Dispose(), abort);
    }

    private async Task SayAsync(NtsapiReply? farewell)
    {
        try
        {
            if (farewell is not null && (_server.Options.Certificate is null || _tls is not null))
            {
                await Stream.WriteAsync(ReplyWriter.Write(farewell));
            }

            if (_tls is not null)
            {
                await _tls.ShutdownAsync();
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or InvalidOperationException)
        {
            // The client is gone; the reason is known.
        }
    }

    private NtsapiConnectionReport Report(NtsapiEndException end) => new(
        _info, end.Reason, end.Message, _session.ShownUser, _isLoggedIn, _session.WrongPasswords, _tooFast, _server.Time.GetElapsedTime(_accepted),
        [.. NtsapiCommands.All.Select((row, i) => new NtsapiCommandCount(row.Verb, _counts[i])).Where(static count => count.Count > 0)]);
}
