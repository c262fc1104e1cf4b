using System.Data.Common;
using Waybill.Core.Database;

namespace Waybill.Core.Notifications;

/// <summary>The web hooks' statements.</summary>
internal static class HookSql
{
    /// <summary>Why what was for a web hook is given up.</summary>
    public const string Removed = "the web hook was removed";

    public const string Select = """
        SELECT h.id, h.url, h.topics, a.number, h.created_at, h.created_by, h.failures, h.retry_at,
            (SELECT count(*) FROM delivery d WHERE d.hook_id = h.id AND d.state = 'waiting'), (SELECT count(*) FROM delivery d WHERE d.hook_id = h.id AND d.state = 'dead')
        FROM hook h LEFT JOIN account a ON a.id = h.account_id
        """;

    /// <summary>The same without the counts, for whoever asks often.</summary>
    public const string SelectPlain = """
        SELECT h.id, h.url, h.topics, a.number, h.created_at, h.created_by, h.failures, h.retry_at, 0, 0 FROM hook h LEFT JOIN account a ON a.id = h.account_id
        """;

    public static Hook Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2).Split(','), row.TextOrNull(3), row.Time(4), row.GetString(5), (int)row.GetInt64(6), row.TimeOrNull(7),
        row.GetInt64(8), row.GetInt64(9));

    public static (string Url, byte[] Secret)? Secret(DatabaseConnection connection, long id) => connection.First<(string, byte[])?>(
        "SELECT url, secret FROM hook WHERE id = @id", static row => (row.GetString(0), row.Bytes(1)), ("@id", id));

    public static void Reached(DatabaseConnection connection, long id) => connection.Execute(
        "UPDATE hook SET failures = 0, retry_at = NULL WHERE id = @id AND (failures > 0 OR retry_at IS NOT NULL)", ("@id", id));

    /// <summary>Nobody there: everything for it waits, and waits longer each time.</summary>
    /// <returns>How often that was in a row.</returns>
    public static int Away(DatabaseConnection connection, long id, DateTimeOffset now)
    {
        var failures = (int)connection.Number("UPDATE hook SET failures = failures + 1 WHERE id = @id RETURNING failures", ("@id", id));
        connection.Execute(
            "UPDATE hook SET retry_at = @retry WHERE id = @id",
            ("@id", id), ("@retry", (now + NotificationLimits.Backoff(failures, NotificationLimits.LongestRetry)).ToColumn()));

        // Not one hour for each of thousands: what has waited too long goes together, from the first failure on since which it waited.
        if (failures >= NotificationLimits.GiveUpTries)
        {
            connection.Execute(
                $"""
                UPDATE delivery SET state = 'dead', error = 'the web hook could not be reached in all this time'
                WHERE hook_id = @id AND state = 'waiting' AND tried_since <= @limit AND NOT ({OutboxSql.Untried})
                """,
                ("@id", id), ("@limit", (now - NotificationLimits.GiveUp).ToColumn()));
        }

        connection.Execute(
            $"UPDATE delivery SET tried_since = @now WHERE hook_id = @id AND state = 'waiting' AND {OutboxSql.Untried}", ("@id", id), ("@now", now.ToColumn()));
        return failures;
    }
}
