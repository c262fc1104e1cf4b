using System.Text.Json.Nodes;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Events;

namespace Waybill.Core.Retention;

/// <summary>
/// Notices that the clock jumps while a server runs, by comparing how far it went with the time that has passed. A jump is written into the database, where every
/// plan and run finds it, also in another process or after a restart; one that comes back takes its doubt with it.
/// </summary>
/// <param name="database">Where a jump is remembered.</param>
/// <param name="audit">Where it is recorded.</param>
/// <param name="time">Both clocks: the time of day, and the one that only goes on.</param>
public sealed class ClockWatch(WaybillDatabase database, AuditLog audit, TimeProvider time)
{
    private readonly Lock _lock = new();
    private DateTimeOffset _begun = time.GetUtcNow();
    private long _stamp = time.GetTimestamp();

    /// <summary>Looks now.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Outcome> LookAsync(CancellationToken cancellationToken = default)
    {
        if (Jump() == TimeSpan.Zero)
        {
            return Outcome.Done;
        }

        var jump = TimeSpan.Zero;
        WriteTransaction? used = null;
        var noted = await database.WriteAsync<bool>(
            transaction =>
            {
                used = transaction;
                jump = Note(transaction);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        if (used is { IsCommitted: false })
        {
            Forget(jump);
        }

        return new Outcome(noted.Problem);
    }

    /// <summary>Writes a jump that nobody wrote yet. In the transaction of whoever asks next for the clock, so that none is missed between the two.</summary>
    /// <returns>How far it went; <see cref="Forget"/> it if the transaction fails.</returns>
    internal TimeSpan Note(WriteTransaction transaction)
    {
        TimeSpan jump;
        lock (_lock)
        {
            jump = Jump();
            _begun += jump;
        }

        if (jump == TimeSpan.Zero)
        {
            return jump;
        }

        try
        {
            var now = time.GetUtcNow();
            var doubt = RetentionClock.Jumped(transaction.Connection, jump, now);
            audit.Append(transaction, new AuditEntry(AuditActions.RetentionClock, Actor.System) { Detail = RetentionClock.Describe(jump) });
            if (doubt is not null)
            {
                EventSql.Raise(transaction.Connection, RetentionTopics.Trouble, null, new JsonObject { ["what"] = "clock", ["problem"] = doubt.Message }, now);
            }

            return jump;
        }
        catch
        {
            Forget(jump);
            throw;
        }
    }

    /// <summary>What was noted is not in the database: the next look notes it again.</summary>
    internal void Forget(TimeSpan jump)
    {
        lock (_lock)
        {
            _begun -= jump;
        }
    }

    /// <summary>The clock was found right: small corrections of the last day do not add up.</summary>
    internal void Trust()
    {
        lock (_lock)
        {
            if (Jump() == TimeSpan.Zero)
            {
                (_begun, _stamp) = (time.GetUtcNow(), time.GetTimestamp());
            }
        }
    }

    private TimeSpan Jump()
    {
        lock (_lock)
        {
            var jump = time.GetUtcNow() - _begun - time.GetElapsedTime(_stamp);
            return jump.Duration() >= RetentionLimits.ClockJump ? jump : TimeSpan.Zero;
        }
    }
}
