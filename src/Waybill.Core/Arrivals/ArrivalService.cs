using System.Text;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Inbound;
using Waybill.Core.Vaults;
using Waybill.Storage;

namespace Waybill.Core.Arrivals;

/// <summary>
/// Takes delivered files on: waits until their senders are done with them, judges them by their account's rules, offers the good ones and rejects the others. All
/// that waits stands in the database, so a restart forgets nothing, and running it twice at once does no harm.
/// </summary>
/// <param name="database">Where it is kept.</param>
/// <param name="audit">Where each rejection is recorded.</param>
/// <param name="time">The clock.</param>
/// <param name="stores">The vaults.</param>
/// <param name="options">When a file has arrived.</param>
public sealed class ArrivalService(WaybillDatabase database, AuditLog audit, TimeProvider time, VaultStores stores, InboundOptions options)
{
    private const string Judge = "arrival check";

    private readonly InboundMover _mover = new(database, audit, time, stores);

    /// <summary>Called after each step of a move.</summary>
    internal Action<string>? AfterStep
    {
        init => _mover.AfterStep = value;
    }

    /// <summary>Looks again at names that were not final: the suffixes may be others than before.</summary>
    public async ValueTask<Outcome> ReconsiderAsync(CancellationToken cancellationToken = default)
    {
        var written = await database.WriteAsync<int>(
            static transaction => transaction.Connection.Execute(ArrivalSql.PartialStatement), cancellationToken).ConfigureAwait(false);
        return new Outcome(written.Problem);
    }

    /// <summary>Does what there is to do now.</summary>
    /// <param name="isLive">Whether a connection still is; null where nobody knows, as in a command: then only the time counts.</param>
    /// <param name="cancellationToken">Stops it; what is not done waits for the next time.</param>
    /// <returns>How many files changed their state.</returns>
    public async ValueTask<Result<int>> SettleAsync(Func<string, bool>? isLive = null, CancellationToken cancellationToken = default)
    {
        var changed = await FinishMovesAsync(cancellationToken).ConfigureAwait(false);
        var expired = await OfferExpiredAsync(cancellationToken).ConfigureAwait(false);
        if (!expired.Succeeded)
        {
            return expired;
        }

        changed += expired.Value;
        for (var after = 0L; ;)
        {
            var from = after;
            var batch = await database.ReadAsync(
                connection =>
                {
                    var rows = connection.All(ArrivalSql.ArrivingStatement, InboundSql.Read, ("@after", from), ("@limit", InboundLimits.Batch));
                    return (Rows: rows, Rules: rows.Select(row => row.AccountId).Distinct().ToDictionary(account => account, account => ArrivalSql.Of(connection, account)));
                },
                cancellationToken).ConfigureAwait(false);
            if (batch.Rows.Count == 0)
            {
                return changed;
            }

            after = batch.Rows[^1].File.Id;
            var settled = await SettleAsync(batch.Rows, batch.Rules, isLive, cancellationToken).ConfigureAwait(false);
            if (!settled.Succeeded)
            {
                return settled;
            }

            changed += settled.Value;
        }
    }

    private async ValueTask<Result<int>> SettleAsync(
        List<InboundRow> rows, Dictionary<long, List<ArrivalRule>> rules, Func<string, bool>? isLive, CancellationToken cancellationToken)
    {
        var quietSince = time.GetUtcNow() - options.Quiet;
        List<(InboundRow Row, InboundState State)> settled = [];
        var rejected = 0;
        foreach (var row in rows)
        {
            if (options.IsTemporary(row.File.Path))
            {
                settled.Add((row, InboundState.Partial));
                continue;
            }

            if (row.Touched > quietSince && row.Connection is { } connection && isLive?.Invoke(connection) != false)
            {
                continue;
            }

            var asked = ArrivalCheck.RulesFor(row.File.Path, rules[row.AccountId]);
            switch (asked.Count == 0 && !(row.File.Size < row.ExpectedSize) ? Verdict.Good : await JudgeAsync(row, asked, cancellationToken).ConfigureAwait(false))
            {
                case Verdict.Good:
                    settled.Add((row, InboundState.Waiting));
                    break;
                case Verdict.Bad:
                    rejected++;
                    break;
                default:
                    // It cannot be read now: another time, as if its sender had just touched it.
                    settled.Add((row, InboundState.Arriving));
                    break;
            }
        }

        if (settled.Count == 0)
        {
            return rejected;
        }

        var written = await database.WriteAsync<int>(
            transaction => settled.Count(each => Set(transaction.Connection, each.Row, each.State) && each.State != InboundState.Arriving), cancellationToken).ConfigureAwait(false);
        return written.Succeeded ? written.Value + rejected : written;
    }

    /// <summary>Changes a row unless its sender touched it meanwhile.</summary>
    private bool Set(DatabaseConnection connection, InboundRow row, InboundState state)
    {
        var sequence = state == InboundState.Waiting ? InboundSql.NextSequence(connection) : row.File.Sequence;
        return connection.Execute(
            """
            UPDATE inbound SET state = @state, sequence = @sequence, touched_at = @touched
            WHERE file_id = @file AND state = 'arriving' AND touched_at = @before AND target IS NULL
            """,
            ("@state", state.ToWord()), ("@sequence", sequence), ("@touched", (state == InboundState.Arriving ? time.GetUtcNow() : row.Touched).ToColumn()),
            ("@file", row.File.Id), ("@before", row.Touched.ToColumn())) > 0;
    }

    private async ValueTask<Verdict> JudgeAsync(InboundRow row, IReadOnlyList<ArrivalRule> rules, CancellationToken cancellationToken)
    {
        var opened = stores.Open(row.File.Account);
        if (!opened.Succeeded || VaultPath.TryParse(Encoding.UTF8.GetBytes(row.File.Path), VaultPath.Root, out var path) != VaultPathError.None)
        {
            return Verdict.None;
        }

        long identity;
        StoreResult<IReadOnlyList<string>> faults;
        await using (var store = opened.Value)
        {
            var file = await store.OpenAsync(path!, OpenModes.Read).ConfigureAwait(false);
            if (!file.Succeeded)
            {
                return Verdict.None;
            }

            await using var reading = file.Value;
            var attributes = await reading.GetAttributesAsync().ConfigureAwait(false);
            if (!attributes.Succeeded)
            {
                return Verdict.None;
            }

            identity = unchecked((long)attributes.Value.Identity);
            faults = row.File.Size < row.ExpectedSize
                ? new(StoreError.None, [ArrivalCheck.Incomplete(row.File.Size, row.ExpectedSize.Value)])
                : await ArrivalCheck.FaultsAsync(reading, SenderPlace.Of(row.File.Path).Name, attributes.Value.Size, rules).ConfigureAwait(false);
        }

        if (faults is not { Succeeded: true, Value: { } found })
        {
            return Verdict.None;
        }

        return found.Count == 0 ? Verdict.Good : await RejectAsync(row, identity, found, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<Verdict> RejectAsync(InboundRow row, long identity, IReadOnlyList<string> faults, CancellationToken cancellationToken)
    {
        var intended = await database.WriteAsync<bool>(
            transaction =>
            {
                var current = InboundSql.Find(transaction.Connection, row.File.Id);
                if (current is not { Target: null, File.State: InboundState.Arriving } || current.Touched != row.Touched || current.File.Path != row.File.Path)
                {
                    return false;
                }

                var report = InboundReport.Head(row.File) + InboundReport.OfChecks(faults);
                InboundMover.Intend(
                    transaction.Connection, current, InboundState.Rejected, identity, Judge, Actor.System, report.Length > InboundLimits.Report ? report[..InboundLimits.Report] : report);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return intended is { Succeeded: true, Value: true } && (await _mover.FinishAsync(row.File.Id, cancellationToken).ConfigureAwait(false)).Succeeded
            ? Verdict.Bad
            : Verdict.None;
    }

    /// <summary>Finishes the moves that a crash or a full disk interrupted.</summary>
    private async ValueTask<int> FinishMovesAsync(CancellationToken cancellationToken)
    {
        var finished = 0;
        for (var after = 0L; ;)
        {
            var from = after;
            var waiting = await database.ReadAsync(
                connection => connection.All(ArrivalSql.MovingStatement, static row => row.GetInt64(0), ("@after", from), ("@limit", InboundLimits.Batch)),
                cancellationToken).ConfigureAwait(false);
            foreach (var file in waiting)
            {
                finished += (await _mover.FinishAsync(file, cancellationToken).ConfigureAwait(false)).Succeeded ? 1 : 0;
            }

            // One that stays stuck, as on a disk that is full, keeps none behind it waiting.
            if (waiting.Count < InboundLimits.Batch)
            {
                return finished;
            }

            after = waiting[^1];
        }
    }

    /// <summary>What a crashed program had claimed is offered anew, behind every cursor that was given.</summary>
    private async ValueTask<Result<int>> OfferExpiredAsync(CancellationToken cancellationToken)
    {
        List<long> Find(DatabaseConnection connection)
        {
            var now = time.GetUtcNow();
            return connection.All(
                ArrivalSql.ExpiredStatement, static row => row.GetInt64(0),
                ("@now", now.ToColumn()), ("@far", (now + InboundLimits.LongestClaim).ToColumn()), ("@limit", InboundLimits.Batch));
        }

        var offered = 0;
        while ((await database.ReadAsync(Find, cancellationToken).ConfigureAwait(false)).Count > 0)
        {
            var written = await database.WriteAsync<int>(
                transaction =>
                {
                    var files = Find(transaction.Connection);
                    foreach (var file in files)
                    {
                        transaction.Connection.Execute(
                            "UPDATE inbound SET state = 'waiting', sequence = @sequence WHERE file_id = @file",
                            ("@sequence", InboundSql.NextSequence(transaction.Connection)), ("@file", file));
                    }

                    return files.Count;
                },
                cancellationToken).ConfigureAwait(false);
            if (!written.Succeeded)
            {
                return written;
            }

            offered += written.Value;
        }

        return offered;
    }

    private enum Verdict
    {
        None,
        Good,
        Bad,
    }
}
