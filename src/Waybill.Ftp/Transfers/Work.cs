using Waybill.Ftp.Commands;
using Waybill.Ftp.Control;

namespace Waybill.Ftp.Transfers;

/// <summary>
/// What a command does beside the control connection, up to its final reply: ABOR, STAT and NOOP are answered meanwhile. It has its own task; the connection's loop sends
/// the replies, so that they stand in their order.
/// </summary>
internal abstract class Work(FtpSession session) : IDisposable
{
    private readonly CancellationTokenSource _abort = CancellationTokenSource.CreateLinkedTokenSource(session.Ended);

    /// <summary>Completes with the final reply; never fails.</summary>
    public Task<FtpReply>? Completion { get; private set; }

    /// <summary>What it does, for STAT.</summary>
    public abstract string Description { get; }

    /// <summary>Bytes of the file or listing that it is done with.</summary>
    public long Bytes { get; protected set; }

    /// <summary>When it last got on; what does not for <see cref="Hosting.FtpLimits.DataStallTime"/> is ended.</summary>
    public abstract long LastProgress { get; }

    /// <summary>Whether a server that stops lets it finish.</summary>
    public abstract bool OutlivesStop { get; }

    /// <summary>The session that it is of.</summary>
    protected FtpSession Session => session;

    /// <summary>Cancelled to end it before it is done.</summary>
    protected CancellationToken Aborting => _abort.Token;

    /// <summary>Why it was ended, for its reply; null where nobody said.</summary>
    protected string? WhyAborted { get; private set; }

    /// <summary>What is best done before the preliminary reply; takes no more than a moment, and never fails.</summary>
    public virtual ValueTask PrepareAsync() => ValueTask.CompletedTask;

    /// <summary>Begins, once the preliminary reply is sent, if there is one.</summary>
    public void Start() => Completion = RunAsync();

    /// <summary>Ends it: its final reply says so.</summary>
    public virtual void Abort(string? why = null)
    {
        WhyAborted = why;
        try
        {
            _ = _abort.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has ended while the timer looked.
        }
    }

    /// <summary>It was never started.</summary>
    public abstract ValueTask DropAsync();

    public void Dispose() => _abort.Dispose();

    /// <summary>Does it, and never fails.</summary>
    protected abstract Task<FtpReply> RunAsync();
}
