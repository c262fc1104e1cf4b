using System.Net.Sockets;
using Waybill.Ftp.Commands;
using Waybill.Ftp.Control;
using Waybill.Ftp.Data;

namespace Waybill.Ftp.Transfers;

/// <summary>What runs over a data connection: from the preliminary reply to the final one.</summary>
internal abstract class Transfer(FtpSession session) : Work(session)
{
    private readonly DataPort _port = session.TakeDataPort();
    private readonly long _began = session.Server.Time.GetTimestamp();
    private Task<(DataConnection? Connection, FtpReply? Problem)>? _opening;
    private DataConnection? _data;

    /// <summary>When a byte moved last; while there is no connection yet its own time limits hold.</summary>
    public override long LastProgress => _data?.LastProgress ?? Session.Server.Time.GetTimestamp();

    public override bool OutlivesStop => true;

    public override void Abort(string? why = null)
    {
        base.Abort(why);
        _data?.CloseWithin(Session.Server.Limits.DataCloseTime);
    }

    /// <summary>
    /// Shakes hands with a client that began before it hears the preliminary reply, as Node's basic-ftp does: told to begin in the midst of it, Node closes the connection
    /// of an empty file without its last words (437 of 500 did).
    /// </summary>
    public override async ValueTask PrepareAsync()
    {
        if (Session.Tls is not null && (Session.ShakesHandsEarly ?? await _port.HasInputAsync(Aborting).ConfigureAwait(false)))
        {
            _opening = OpenAsync();
            await ((Task)_opening.WaitAsync(Session.Server.Limits.EarlyHandshakeTime, Session.Server.Time, Aborting)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Session.NoteEarlyHandshake(_opening.IsCompleted);
        }
    }

    public override async ValueTask DropAsync()
    {
        Abort();
        if (_opening is not null)
        {
            await ((Task)_opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_opening.IsCompletedSuccessfully && (await _opening.ConfigureAwait(false)).Connection is { } connection)
            {
                await connection.DisposeAsync().ConfigureAwait(false);
            }
        }

        _port.Dispose();
        await EndAsync(wasMoved: false).ConfigureAwait(false);
    }

    /// <summary>Moves the data; returns the final reply.</summary>
    protected abstract ValueTask<FtpReply> MoveAsync(DataConnection data, CancellationToken cancellationToken);

    /// <summary>The last of it, always called once: files are closed, and what must be recorded is.</summary>
    /// <param name="wasMoved">Whether <see cref="MoveAsync"/> came to its end.</param>
    protected abstract ValueTask EndAsync(bool wasMoved);

    protected override async Task<FtpReply> RunAsync()
    {
        FtpReply reply;
        var wasMoved = false;
        try
        {
            (_data, var problem) = await (_opening ?? OpenAsync()).ConfigureAwait(false);
            _port.Dispose();
            reply = problem ?? await MoveAsync(_data!, Aborting).ConfigureAwait(false);
            wasMoved = problem is null;
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            reply = new FtpReply(426, Aborting.IsCancellationRequested ? WhyAborted ?? "The transfer was ended before it was done." : "The data connection was lost before the transfer was done.");
        }
        catch (Exception exception)
        {
            Session.Defect(exception);
            reply = new FtpReply(451, "The server failed. Try again later.");
        }

        try
        {
            await EndAsync(wasMoved).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Session.Defect(exception);
            reply = new FtpReply(451, "The server failed. Try again later.");
        }

        await CloseAsync(reply.IsGood).ConfigureAwait(false);
        return reply;
    }

    private Task<(DataConnection? Connection, FtpReply? Problem)> OpenAsync() =>
        DataConnection.OpenAsync(_port, Session.Tls, Session.Server, Session.ReportDataPortAsync, Aborting).AsTask();

    private async ValueTask CloseAsync(bool isGood)
    {
        _port.Dispose();
        if (_data is not { } data)
        {
            return;
        }

        if (isGood)
        {
            Session.Linger(data);
        }
        else
        {
            await data.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The words of a transfer that is done, with what it moved.</summary>
    protected FtpReply Done(string words)
    {
        var seconds = Math.Max(0.001, Session.Server.Time.GetElapsedTime(_began).TotalSeconds);
        return new FtpReply(226, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{words} {Bytes} bytes in {seconds:0.000} s."));
    }
}
