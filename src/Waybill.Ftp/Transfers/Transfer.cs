using System.Net.Sockets;
using Waybill.Ftp.Commands;
using Waybill.Ftp.Control;
using Waybill.Ftp.Data;

namespace Waybill.Ftp.Transfers;

/// <summary>
/// What runs over a data connection beside the control connection: from the preliminary reply to the final one. It has its own task; the connection's loop sends both
/// replies, so that they stand in their order.
/// </summary>
internal abstract class Transfer(FtpSession session) : IDisposable
{
    /// <summary>Words of the reply to a transfer that the client or a limit ended.</summary>
    protected const string Aborted = "The transfer was ended before it was done.";

    private readonly DataPort _port = session.TakeDataPort();
    private readonly CancellationTokenSource _abort = CancellationTokenSource.CreateLinkedTokenSource(session.Ended);
    private readonly long _began = session.Server.Time.GetTimestamp();
    private DataConnection? _data;
    private string _abortWords = Aborted;

    /// <summary>Completes with the final reply; never fails.</summary>
    public Task<FtpReply>? Completion { get; private set; }

    /// <summary>What it does, for STAT.</summary>
    public abstract string Description { get; }

    /// <summary>Bytes of the file or listing that have moved.</summary>
    public long Bytes { get; protected set; }

    /// <summary>When a byte moved last; while there is no connection yet its own time limits hold.</summary>
    public long LastProgress => _data?.LastProgress ?? session.Server.Time.GetTimestamp();

    /// <summary>The session that it is of.</summary>
    protected FtpSession Session => session;

    /// <summary>Begins, once the preliminary reply is sent.</summary>
    public void Start() => Completion = RunAsync();

    /// <summary>Ends it: its final reply says so, and nothing is published.</summary>
    public void Abort(string words = Aborted)
    {
        _abortWords = words;
        try
        {
            _ = _abort.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has ended while the timer looked.
        }

        _data?.CloseWithin(session.Server.Limits.DataCloseTime);
    }

    /// <summary>It was never started.</summary>
    public async ValueTask DropAsync()
    {
        _port.Dispose();
        await EndAsync(wasMoved: false).ConfigureAwait(false);
    }

    public void Dispose() => _abort.Dispose();

    /// <summary>Moves the data; returns the final reply.</summary>
    protected abstract ValueTask<FtpReply> MoveAsync(DataConnection data, CancellationToken cancellationToken);

    /// <summary>The last of it, always called once: files are closed, and what must be recorded is.</summary>
    /// <param name="wasMoved">Whether <see cref="MoveAsync"/> came to its end.</param>
    protected abstract ValueTask EndAsync(bool wasMoved);

    private async Task<FtpReply> RunAsync()
    {
        FtpReply reply;
        var wasMoved = false;
        try
        {
            (_data, var problem) = await DataConnection.OpenAsync(_port, session.Tls, session.Server, session.ReportDataPortAsync, _abort.Token).ConfigureAwait(false);
            _port.Dispose();
            reply = problem ?? await MoveAsync(_data!, _abort.Token).ConfigureAwait(false);
            wasMoved = problem is null;
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            reply = new FtpReply(426, _abort.IsCancellationRequested ? _abortWords : "The data connection was lost before the transfer was done.");
        }
        catch (Exception exception)
        {
            session.Defect(exception);
            reply = new FtpReply(451, "The server failed. Try again later.");
        }

        try
        {
            await EndAsync(wasMoved).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            session.Defect(exception);
            reply = new FtpReply(451, "The server failed. Try again later.");
        }

        await CloseAsync(reply.IsGood).ConfigureAwait(false);
        return reply;
    }

    private async ValueTask CloseAsync(bool isGood)
    {
        _port.Dispose();
        if (_data is not { } data)
        {
            return;
        }

        if (isGood)
        {
            session.Linger(data);
        }
        else
        {
            await data.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The words of a transfer that is done, with what it moved.</summary>
    protected FtpReply Done(string words)
    {
        var seconds = Math.Max(0.001, session.Server.Time.GetElapsedTime(_began).TotalSeconds);
        return new FtpReply(226, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{words} {Bytes} bytes in {seconds:0.000} s."));
    }
}
