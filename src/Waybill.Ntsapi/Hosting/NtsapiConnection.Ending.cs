using System.Net.Sockets;
using Waybill.Net.Connections;
using Waybill.Ntsapi.Commands;
using Waybill.Ntsapi.Control;

namespace Waybill.Ntsapi.Hosting;

/// <summary>How a connection ends: by whom, what the client is told, what is cleaned up in which order, and the one report.</summary>
internal sealed partial class NtsapiConnection
{
    private NtsapiEndException? _end;
    private CancellationTokenRegistration _kicked;

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

    /// <summary>Ends the connection from any thread; the first reason counts. A command that runs is done first, and answered.</summary>
    private void End(NtsapiEndException end)
    {
        if (Interlocked.CompareExchange(ref _end, end, null) is null)
        {
            // Callbacks are others' code and may not run on a timer's thread.
            _ = _ended.CancelAsync();
        }
    }

    private void LoggedIn(INtsapiLogin login)
    {
        _isLoggedIn = true;
        _kicked = login.Kicked.UnsafeRegister(
            static connection => ((NtsapiConnection)connection!).End(new(NtsapiEndReason.Kicked, "an operator or a suspended login ended the session")), this);
        _timer.Look();
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
                return Defect(exception);
        }
    }

    private NtsapiEndException Defect(Exception exception)
    {
        NtsapiLog.Defect(_server.Logger, exception, _info.Id);
        return new(NtsapiEndReason.InternalError, $"a defect of this server: {exception.GetType().Name}");
    }

    private async Task EndedAsync(NtsapiEndException end)
    {
        Interlocked.CompareExchange(ref _end, end, null);
        await _timer.DisposeAsync();
        await _kicked.DisposeAsync();

        // A login that is not given back stays in the list of sessions.
        await Goodbye.EachAsync(
            exception => NtsapiLog.EndFailed(_server.Logger, exception, _info.Id),
            () => SayGoodbyeAsync(end), SettleAsync, _session.DisposeAsync, () => ReportAsync(end));
    }

    /// <summary>What the client reads at the end, also as the answer to what it sends next; null where it was told already, or is not to hear anything.</summary>
    private NtsapiReply? FarewellOf(NtsapiEndException end) => end.Reason switch
    {
        NtsapiEndReason.ServerStopping => new(ReplyDigit.Trouble, "The server is stopping. Connect again in a moment"),
        NtsapiEndReason.Kicked => new(ReplyDigit.Refused, _session.Login?.Farewell ?? "The provider has ended your session"),
        NtsapiEndReason.LoginTimeout => new(ReplyDigit.Limit, $"You have not logged in within {_limits.LoginTime.TotalSeconds:0} seconds"),
        NtsapiEndReason.IdleTimeout => new(ReplyDigit.Limit, $"There was no command for {_limits.IdleTime.TotalSeconds:0} seconds. Connect again"),
        NtsapiEndReason.InternalError => new(ReplyDigit.Trouble, "The server failed. Connect again, and tell the provider's support if it stays so"),
        _ => null,
    };

    private async ValueTask SayGoodbyeAsync(NtsapiEndException end)
    {
        var isHeard = _server.Options.Certificate is null || _tls is not null;
        await Goodbye.SayAsync(
            _transport, Stream, isHeard && FarewellOf(end) is { } farewell ? ReplyWriter.Write(farewell) : null,
            end.Reason is NtsapiEndReason.NotReading or NtsapiEndReason.NotNtsapi, _server.Time);
    }

    /// <summary>Waits until nothing reads any more.</summary>
    private async ValueTask SettleAsync()
    {
        await _ended.CancelAsync();
        await _reader.SettleAsync();
    }

    private ValueTask ReportAsync(NtsapiEndException end)
    {
        NtsapiLog.Ended(_server.Logger, _info.Id, end.Reason, end.Message);
        return _server.Application.ConnectionEndedAsync(Report(end));
    }

    private NtsapiConnectionReport Report(NtsapiEndException end) => new(
        _info, end.Reason, end.Message, _session.ShownUser, _isLoggedIn, _session.WrongPasswords, _tooFast, _server.Time.GetElapsedTime(_accepted),
        [.. NtsapiCommands.All.Select((row, i) => new NtsapiCommandCount(row.Verb, _counts[i])).Where(static count => count.Count > 0)]);
}
