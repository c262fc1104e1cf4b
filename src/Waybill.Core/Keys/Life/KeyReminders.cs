using System.Text.Json.Nodes;
using Waybill.Core.Database;
using Waybill.Core.Events;

namespace Waybill.Core.Keys.Life;

/// <summary>Tells customers 30, 7 and 1 days before a key of theirs expires, each once; after a downtime only what is true now.</summary>
/// <param name="database">Where keys and reminders are.</param>
/// <param name="zone">The provider's time zone, for accounts without one: days are counted as the customer's calendar has them.</param>
/// <param name="time">The clock.</param>
public sealed class KeyReminders(WaybillDatabase database, TimeZoneInfo zone, TimeProvider time)
{
    /// <summary>Keys that are looked at in one transaction: nobody's upload waits long for it.</summary>
    public const int Together = 200;

    private static readonly int[] Days = [1, 7, 30];

    /// <summary>Raises the reminders that are due; says how many.</summary>
    public async ValueTask<Result<int>> RunAsync(CancellationToken cancellationToken = default)
    {
        var (raised, after) = (0, 0L);
        while (true)
        {
            var piece = await database.WriteAsync<(int Raised, long? After)>(transaction => RunPiece(transaction.Connection, after), cancellationToken).ConfigureAwait(false);
            if (!piece.Succeeded)
            {
                return piece.Problem;
            }

            raised += piece.Value.Raised;
            if (piece.Value.After is not { } next)
            {
                return raised;
            }

            after = next;
        }
    }

    private (int Raised, long? After) RunPiece(DatabaseConnection connection, long after)
    {
        var now = time.GetUtcNow();

        // Two days more than the longest: a calendar day may begin half a day earlier elsewhere. The signs keep SQLite from walking through all keys by their number:
        // few expire, and they have an index.
        var keys = connection.All(
            """
            SELECT k.id, k.sha256, k.label, k.added_at, k.expires_at, k.last_used_at, l.user_name, a.id, a.time_zone
            FROM login_key k JOIN login l ON l.id = k.login_id LEFT JOIN account a ON a.id = l.account_id
            WHERE k.revoked_at IS NULL AND k.expires_at > @now AND k.expires_at <= @until AND +k.id > @after
              AND l.status = 'active' AND (a.id IS NULL OR a.status = 'active')
            ORDER BY +k.id LIMIT @limit
            """,
            static row => new ExpiringKey(
                row.GetInt64(0), row.GetString(1), row.GetString(2), row.Time(3), row.Time(4), row.TimeOrNull(5), row.GetString(6), row.IsDBNull(7) ? null : row.GetInt64(7), row.TextOrNull(8)),
            ("@now", now.ToColumn()), ("@until", (now + TimeSpan.FromDays(Days[^1] + 2)).ToColumn()), ("@after", after), ("@limit", Together));
        return (keys.Count(key => Remind(connection, key, now)), keys.Count < Together ? null : keys[^1].Id);
    }

    private bool Remind(DatabaseConnection connection, ExpiringKey key, DateTimeOffset now)
    {
        var here = key.Zone is { } name && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var own) ? own : zone;

        // The expiry is the first moment that is too late: the last day is that of the moment before.
        var last = DayOf(key.Expires.AddMilliseconds(-1), here);
        var left = last - DayOf(now, here);
        var due = Array.Find(Days, days => left <= days);

        // Whoever adds a key for a week knows that it has a week.
        if (due == 0 || last - DayOf(key.Added, here) <= due
            || connection.Number("SELECT EXISTS (SELECT 1 FROM key_reminder WHERE key_id = @key AND days <= @days)", ("@key", key.Id), ("@days", due)) != 0)
        {
            return false;
        }

        connection.Execute("INSERT INTO key_reminder (key_id, days, reminded_at) VALUES (@key, @days, @now)", ("@key", key.Id), ("@days", due), ("@now", now.ToColumn()));
        EventSql.Raise(
            connection, KeyTopics.Expiring, key.Account,
            new JsonObject
            {
                ["user"] = key.UserName, ["key"] = key.Sha256, ["label"] = key.Label, ["expires"] = key.Expires.ToEvent(), ["days"] = left, ["lastUsed"] = key.LastUsed?.ToEvent(),
            },
            now);
        return true;
    }

    private static int DayOf(DateTimeOffset time, TimeZoneInfo zone) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time, zone).DateTime).DayNumber;

    private sealed record ExpiringKey(
        long Id, string Sha256, string Label, DateTimeOffset Added, DateTimeOffset Expires, DateTimeOffset? LastUsed, string UserName, long? Account, string? Zone);
}
