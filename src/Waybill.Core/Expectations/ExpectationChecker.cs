using System.Text.Json.Nodes;
using Waybill.Core.Database;
using Waybill.Core.Events;
using Waybill.Core.Feeds;

namespace Waybill.Core.Expectations;

/// <summary>
/// Looks whether what was expected has come and was fetched. Each due time is judged once, in the transaction that raises its event, whenever this runs and
/// however often; after a time without a server the due times in between are judged too.
/// </summary>
/// <param name="database">Where expectations and the catalogue are.</param>
/// <param name="zone">The zone of accounts that have none.</param>
/// <param name="types">The feeds, and where their files lie.</param>
public sealed class ExpectationChecker(WaybillDatabase database, TimeZoneInfo zone, FeedTypes types)
{
    /// <summary>Due times that lie further back are not judged any more.</summary>
    public static readonly TimeSpan CatchUp = TimeSpan.FromDays(7);

    /// <summary>Unfetched files of an expectation that are told in one transaction; the rest follows in the next one.</summary>
    public const int FilesTogether = 500;

    /// <summary>Expectations that are judged in one transaction.</summary>
    public const int Together = 100;

    /// <summary>No day is judged before it is due; one that is by less than this may be so since the clock was set back, and is not judged twice.</summary>
    private static readonly TimeSpan SetBack = TimeSpan.FromDays(1);

    private static readonly TimeSpan KeepMissed = TimeSpan.FromDays(400);

    /// <summary>Does all that is due at an instant.</summary>
    public async ValueTask<Outcome> RunAsync(DateTimeOffset now, CancellationToken cancellationToken = default)
    {
        Func<DatabaseConnection, DateTimeOffset, int>[] steps = [JudgeDue, JudgeUnfetched];
        foreach (var step in steps)
        {
            Result<int> judged;
            do
            {
                cancellationToken.ThrowIfCancellationRequested();
                judged = await database.WriteAsync<int>(transaction => step(transaction.Connection, now), cancellationToken).ConfigureAwait(false);
                if (!judged.Succeeded)
                {
                    return judged.Problem;
                }
            }
            while (judged.Value > 0);
        }

        // One after the other by their row, since those that stay open are not to be met again in this run.
        Result<long> late = 0L;
        do
        {
            var after = late.Value;
            late = await database.WriteAsync<long>(transaction => LookForLate(transaction.Connection, after, now), cancellationToken).ConfigureAwait(false);
        }
        while (late is { Succeeded: true, Value: > 0 });
        return late.Succeeded ? Outcome.Done : late.Problem;
    }

    internal static TimeZoneInfo Zone(string? name, TimeZoneInfo otherwise) =>
        name is not null && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var known) ? known : otherwise;

    private int JudgeDue(DatabaseConnection connection, DateTimeOffset now)
    {
        var dues = connection.All(
            ExpectationSql.DueStatement,
            row => ExpectationSql.ReadWatched(row, types),
            ("@now", now.ToColumn()), ("@far", (now + DueTimes.Longest).ToColumn()), ("@judged", (now + SetBack).ToColumn()), ("@limit", Together));
        foreach (var watched in dues)
        {
            var times = Times(watched);
            var isOpen = IsOpen(connection, watched);

            // Days are counted, and not hours: the account may have moved to another zone, and a day that was judged there is over here too.
            var (day, last) = (watched.NextDay ?? times.DayAfter(watched.Expectation.NextDue!.Value.AddTicks(-1)), watched.LastDue);
            if (times.At(day) > now + DueTimes.Longest || last > now + SetBack)
            {
                // What stays of days that have not come would keep them from being told.
                connection.Execute("DELETE FROM missed WHERE expectation_id = @id AND due_at > @now", ("@id", watched.Expectation.Id), ("@now", now.ToColumn()));
                (day, last) = (times.DayAfter(now), null);
            }

            if (times.At(day) < now - CatchUp)
            {
                (day, last) = (times.DayAfter(now - CatchUp), null);
            }

            for (; times.At(day) <= now; day = times.DayAfter(day))
            {
                var due = times.At(day);
                if (isOpen)
                {
                    Judge(connection, watched, times, last < due ? last.Value : times.Before(due), due, now);
                }

                last = due;
            }

            connection.Execute(
                "UPDATE expectation SET next_due_at = @next, next_day = @day, last_due_at = @last WHERE id = @id",
                ("@id", watched.Expectation.Id), ("@next", times.At(day).ToColumn()), ("@day", day.DayNumber), ("@last", last?.ToColumn()));
        }

        return dues.Count;
    }

    private static void Judge(DatabaseConnection connection, Watched watched, DueTimes times, DateTimeOffset before, DateTimeOffset due, DateTimeOffset now)
    {
        // What came for the due time before, late, is not this one's too.
        var taken = connection.First<DateTimeOffset?>(
            "SELECT late_until FROM missed WHERE expectation_id = @id AND due_at = @due AND state = 'late'",
            static row => row.Time(0),
            ("@id", watched.Expectation.Id), ("@due", before.ToColumn()));
        if (ExpectationSql.First(connection, watched, taken ?? before, due) is not null)
        {
            return;
        }

        var lateUntil = times.LateUntil(due);
        var isNew = connection.Execute(
            "INSERT INTO missed (expectation_id, due_at, late_until, state) VALUES (@id, @due, @late, 'open') ON CONFLICT DO NOTHING",
            ("@id", watched.Expectation.Id), ("@due", due.ToColumn()), ("@late", lateUntil.ToColumn()));
        if (isNew > 0)
        {
            EventSql.Raise(connection, ExpectationTopics.Missing, watched.AccountId, Body(watched, due), now);
            LookForLate(connection, watched, due, lateUntil, now);
        }
    }

    private long LookForLate(DatabaseConnection connection, long after, DateTimeOffset now)
    {
        var open = connection.All(
            ExpectationSql.OpenStatement,
            static row => (Row: row.GetInt64(0), Expectation: row.GetInt64(1), Due: row.Time(2), LateUntil: row.Time(3)),
            ("@after", after), ("@limit", Together));
        foreach (var each in open)
        {
            var watched = connection.First(ExpectationSql.Select + " WHERE e.id = @id", row => ExpectationSql.ReadWatched(row, types), ("@id", each.Expectation))!;
            LookForLate(connection, watched, each.Due, each.LateUntil, now);
        }

        connection.Execute(ExpectationSql.OverStatement, ("@before", (now - KeepMissed).ToColumn()));
        return open.Count == 0 ? 0 : open[^1].Row;
    }

    private static void LookForLate(DatabaseConnection connection, Watched watched, DateTimeOffset due, DateTimeOffset lateUntil, DateTimeOffset now)
    {
        var file = ExpectationSql.First(connection, watched, due, lateUntil < now ? lateUntil : now);
        if (file is null && now <= lateUntil)
        {
            return;
        }

        connection.Execute(
            "UPDATE missed SET state = @state WHERE expectation_id = @id AND due_at = @due",
            ("@id", watched.Expectation.Id), ("@due", due.ToColumn()), ("@state", file is null ? "closed" : "late"));
        if (file is not null)
        {
            var body = Body(watched, due);
            body["path"] = file.Path;
            body["arrived"] = file.Time.ToEvent();
            body["minutesLate"] = (long)Math.Ceiling((file.Time - due).TotalMinutes);
            body["size"] = file.Size;
            body["login"] = file.Login;
            EventSql.Raise(connection, ExpectationTopics.Late, watched.AccountId, body, now);
        }
    }

    /// <summary>Each file is looked at once: when the days are over.</summary>
    private int JudgeUnfetched(DatabaseConnection connection, DateTimeOffset now)
    {
        connection.Execute(ExpectationSql.LookedAheadStatement, ("@now", now.ToColumn()));
        var due = connection.All(
            ExpectationSql.UnfetchedStatement,
            row => ExpectationSql.ReadWatched(row, types),
            ("@now", now.ToColumn()), ("@limit", Together));
        foreach (var watched in due)
        {
            var days = watched.Expectation.UnfetchedDays!.Value;
            var until = now - TimeSpan.FromDays(days);
            var files = IsOpen(connection, watched) ? ExpectationSql.Unfetched(connection, watched, until, FilesTogether) : [];
            foreach (var file in files)
            {
                EventSql.Raise(
                    connection, ExpectationTopics.Unfetched, watched.AccountId,
                    new JsonObject { ["feed"] = watched.Expectation.Feed, ["path"] = file.Path, ["arrived"] = file.Time.ToEvent(), ["size"] = file.Size, ["days"] = days }, now);
            }

            var (last, lastId) = files.Count < FilesTogether ? (until, long.MaxValue) : (files[^1].Time, files[^1].Id);
            connection.Execute(
                "UPDATE expectation SET looked_until = @until, looked_id = @last WHERE id = @id",
                ("@id", watched.Expectation.Id), ("@until", last.ToColumn()), ("@last", lastId));
        }

        return due.Count;
    }

    private static bool IsOpen(DatabaseConnection connection, Watched watched) =>
        connection.Number("SELECT status <> 'closed' FROM account WHERE id = @id", ("@id", watched.AccountId)) != 0;

    private static JsonObject Body(Watched watched, DateTimeOffset due) => new()
    {
        ["feed"] = watched.Expectation.Feed,
        ["folder"] = watched.Expectation.Folder,
        ["pattern"] = watched.Expectation.Pattern,
        ["due"] = due.ToEvent(),
    };

    private DueTimes Times(Watched watched) => new(watched.Expectation.By!.Value, watched.Expectation.Days, Zone(watched.Expectation.Zone, zone));
}
