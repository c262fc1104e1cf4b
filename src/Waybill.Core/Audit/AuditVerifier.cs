using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Waybill.Core.Database;

namespace Waybill.Core.Audit;

/// <summary>
/// Walks the whole chain once. A row has two proofs: its own hash (only the key's owner can make it) and the hash of the row before that it holds.
/// What fails where tells an edit from a move, a hole, a cut tail and a chain made anew with another key.
/// </summary>
internal sealed class AuditVerifier(WaybillDatabase database, byte[] key, AuditAnchor anchor)
{
    private const int RowsAtOnce = 256;

    private readonly List<AuditFinding> _findings = [];
    private long _findingCount;
    private long _rows;
    private long _last;
    private byte[] _lastHash = AuditHead.Empty.Hash;
    private bool _lastWasGood = true;

    // Rows that follow on each other but fail their own hash, up to the last one read: told apart only when the streak ends.
    private long _streakStart;

    public async ValueTask<AuditVerification> RunAsync(CancellationToken cancellationToken)
    {
        // The anchor is read first: rows that are appended meanwhile are then beyond it, never missing.
        var anchored = ReadAnchor();

        try
        {
            await ReadRowsAsync(anchored, cancellationToken).ConfigureAwait(false);
            EndStreak(atEnd: true);
            if (anchored.State == AnchorState.Good && anchored.Head.Count > _last)
            {
                Find(
                    AuditFindingKind.TailMissing,
                    _last + 1,
                    $"Rows {_last + 1} to {anchored.Head.Count} are missing at the end: they were cut off, or an old database was put back.");
            }
        }
        catch (Exception e) when (e is SqliteException or InvalidCastException or InvalidOperationException or DatabaseException { Problem.Kind: not ProblemKind.Busy })
        {
            EndStreak(atEnd: false);
            Find(AuditFindingKind.Unreadable, _last + 1, $"The log cannot be read beyond row {_last}: the table or the file is damaged or was changed.");
        }

        return new AuditVerification(_rows, _findings, _findingCount);
    }

    private AnchorReading ReadAnchor()
    {
        try
        {
            var anchored = anchor.Read();
            if (anchored.State == AnchorState.Missing)
            {
                Find(AuditFindingKind.AnchorMissing, null, "The anchor file is gone. It is made with the data directory and never removed: whether rows at the end are missing cannot be told.");
            }
            else if (anchored.State == AnchorState.Forged)
            {
                Find(AuditFindingKind.AnchorForged, null, "The anchor file was not written with this log's key: it was forged or damaged, or the key file was exchanged.");
            }

            return anchored;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Find(AuditFindingKind.AnchorForged, null, "The anchor file cannot be read: it was replaced by something else, or its rights were changed.");
            return new AnchorReading(AnchorState.Forged, 0, AuditHead.Empty);
        }
    }

    private async ValueTask ReadRowsAsync(AnchorReading anchored, CancellationToken cancellationToken)
    {
        // From the least number that there is: a row below 1 is somebody's.
        var from = long.MinValue;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var start = from;
            var rows = await database.ReadAsync(connection => AuditSql.Next(connection, start, RowsAtOnce), cancellationToken).ConfigureAwait(false);

            foreach (var row in rows)
            {
                Check(row, anchored);
            }

            if (rows.Count < RowsAtOnce || rows[^1].Sequence == long.MaxValue)
            {
                return;
            }

            from = rows[^1].Sequence + 1;
        }
    }

    private void Check(AuditRow row, AnchorReading anchored)
    {
        _rows++;
        if (row.Sequence < 1)
        {
            Find(AuditFindingKind.RowInserted, row.Sequence, $"A row has the number {row.Sequence}, which the log never gives: it was inserted.");
            return;
        }

        var hole = row.Sequence > _last + 1;
        if (hole)
        {
            EndStreak(atEnd: false);
            Find(
                AuditFindingKind.RowMissing,
                _last + 1,
                row.Sequence == _last + 2 ? $"Row {_last + 1} is missing." : $"Rows {_last + 1} to {row.Sequence - 1} are missing.");
        }

        var proved = CryptographicOperations.FixedTimeEquals(AuditChain.Hash(key, row), row.Hash);
        var follows = row.Previous.AsSpan().SequenceEqual(_lastHash);
        if (!proved && follows)
        {
            _streakStart = _streakStart == 0 ? row.Sequence : _streakStart;
        }
        else
        {
            EndStreak(atEnd: false);
            if (!proved && !hole)
            {
                Find(AuditFindingKind.RowOutOfPlace, row.Sequence, $"Row {row.Sequence} is not the one that was recorded there: it was moved, copied or replaced.");
            }
            else if (!proved)
            {
                Find(AuditFindingKind.RowChanged, row.Sequence, $"Row {row.Sequence} was changed.");
            }
            else if (!follows && !hole && _lastWasGood)
            {
                Find(AuditFindingKind.RowOutOfPlace, row.Sequence, $"Row {row.Sequence} does not follow on row {_last}: one of them comes from another copy of this log.");
            }

            if (proved && row.Action == AuditActions.AuditGap)
            {
                Find(AuditFindingKind.GapRecorded, row.Sequence, $"Row {row.Sequence} records: {row.Detail}");
            }
        }

        if (anchored.State == AnchorState.Good && row.Sequence == anchored.Head.Count && !row.Hash.AsSpan().SequenceEqual(anchored.Head.Hash))
        {
            Find(AuditFindingKind.AnchorMismatch, row.Sequence, $"The anchor knows another row {row.Sequence}: this is not the database that it was written for, or the row was replaced.");
        }

        _last = row.Sequence;
        _lastHash = row.Hash;
        _lastWasGood = proved;
    }

    private void EndStreak(bool atEnd)
    {
        if (_streakStart == 0)
        {
            return;
        }

        if (atEnd && _last > _streakStart)
        {
            var all = _streakStart == 1 ? " (or the key file was exchanged)" : "";
            Find(
                AuditFindingKind.ChainRecomputed,
                _streakStart,
                $"From row {_streakStart} to the last row {_last} nothing was written with this log's key: the chain was made anew{all}.");
        }
        else
        {
            // Counted from zero: the last number may be the greatest that there is.
            for (long i = 0; i <= _last - _streakStart; i++)
            {
                Find(AuditFindingKind.RowChanged, _streakStart + i, $"Row {_streakStart + i} was changed.");
            }
        }

        _streakStart = 0;
    }

    private void Find(AuditFindingKind kind, long? sequence, string message)
    {
        _findingCount++;
        if (_findings.Count < AuditLimits.Findings)
        {
            _findings.Add(new AuditFinding(kind, sequence, message));
        }
    }
}
