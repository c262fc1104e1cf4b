using System.Data.Common;
using Waybill.Core.Database;

namespace Waybill.Core.Notifications;

/// <summary>The outbox's statements.</summary>
internal static class OutboxSql
{
    public const string Select = """
        SELECT d.id, d.kind, d.topic, a.number, d.target, d.message_id, d.subject, d.state, d.attempts, d.created_at, d.due_at, d.sent_at, d.error
        FROM delivery d LEFT JOIN account a ON a.id = d.account_id
        """;

    private const string Parked = "it waited in a backup that was restored, and may have been sent since; retry sends it";

    private const string ParkedTopic = "parked-event";

    /// <summary>Nobody has tried this row, nor its receiver for it: how long it may go on failing has not begun.</summary>
    public const string Untried = "attempts = 0 AND tried_since = created_at";

    private const string HookIsGone = "kind = 'hook' AND hook_id IS NULL";

    private const string Claim = "UPDATE delivery SET state = 'sending', attempts = attempts + 1, tried_since = CASE WHEN " + Untried + " THEN @now ELSE tried_since END ";

    private const string Claimed = " RETURNING id, topic, hook_id, target, message_id, subject, text, html, attempts, tried_since";

    /// <summary>Whether anything is due later than any wait lasts.</summary>
    public const string FarOffStatement = """
        SELECT EXISTS (SELECT 1 FROM delivery INDEXED BY delivery_mail WHERE kind = 'mail' AND state = 'waiting' AND due_at > @far)
            OR EXISTS (SELECT 1 FROM hook h WHERE h.retry_at > @far
                OR EXISTS (SELECT 1 FROM delivery d WHERE d.hook_id = h.id AND d.state = 'waiting' AND d.due_at > @far))
            OR EXISTS (SELECT 1 FROM digest_item WHERE due_at > @digest)
        """;

    public static Delivery Read(DbDataReader row) => new(
        row.GetInt64(0), row.Word<DeliveryKind>(1), row.GetString(2), row.TextOrNull(3), row.GetString(4), row.GetString(5), row.GetString(6), row.Word<DeliveryState>(7),
        (int)row.GetInt64(8), row.Time(9), row.Time(10), row.TimeOrNull(11), row.TextOrNull(12));

    public static void Add(
        DatabaseConnection connection, DeliveryKind kind, string topic, long? eventId, long? account, long? hook, string target, string messageId,
        (string Subject, string Text, string? Html) content, DateTimeOffset now, bool holdsSecret = false) => connection.Execute(
        """
        INSERT INTO delivery (kind, topic, event_id, account_id, hook_id, target, message_id, subject, text, html, state, attempts, created_at, tried_since, due_at, holds_secret)
        VALUES (@kind, @topic, @event, @account, @hook, @target, @message, @subject, @text, @html, 'waiting', 0, @now, @now, @now, @secret)
        """,
        ("@kind", kind.ToWord()), ("@topic", topic), ("@event", eventId), ("@account", account), ("@hook", hook), ("@target", target), ("@message", messageId),
        ("@subject", content.Subject), ("@text", content.Text), ("@html", content.Html), ("@now", now.ToColumn()), ("@secret", holdsSecret ? 1 : 0));

    /// <summary>Takes the mail that waits longest; from the commit on it counts as perhaps sent.</summary>
    public static Outgoing? ClaimMail(DatabaseConnection connection, DateTimeOffset now) => connection.First(
        Claim + """
        WHERE id = (SELECT id FROM delivery WHERE kind = 'mail' AND state = 'waiting' AND due_at <= @now ORDER BY due_at, id LIMIT 1)
        """ + Claimed,
        ReadOutgoing,
        ("@now", now.ToColumn()));

    /// <summary>Takes the next call of a web hook that is not being called and is not away: of the first after <paramref name="last"/>, whose turn it was.</summary>
    public static Outgoing? ClaimHook(DatabaseConnection connection, DateTimeOffset now, long last) => connection.First(
        Claim + """
        WHERE id = (
            SELECT id FROM delivery
            WHERE state = 'waiting' AND due_at <= @now AND hook_id = (
                SELECT h.id FROM hook h
                WHERE (h.retry_at IS NULL OR h.retry_at <= @now)
                  AND NOT EXISTS (SELECT 1 FROM delivery s WHERE s.hook_id = h.id AND s.state = 'sending')
                  AND EXISTS (SELECT 1 FROM delivery w WHERE w.hook_id = h.id AND w.state = 'waiting' AND w.due_at <= @now)
                ORDER BY h.id <= @last, h.id LIMIT 1)
            ORDER BY due_at, id LIMIT 1)
        """ + Claimed,
        ReadOutgoing,
        ("@now", now.ToColumn()), ("@last", last));

    /// <summary>What a crash left: it may have arrived or not, so it is sent again, under its own Message-ID. What is for a web hook that is gone is given up.</summary>
    public static int Recover(DatabaseConnection connection, DateTimeOffset now)
    {
        connection.Execute(
            $"UPDATE delivery SET state = 'dead', error = @words WHERE state IN ('waiting', 'sending') AND {HookIsGone}", ("@words", HookSql.Removed));
        return connection.Execute(
            "UPDATE delivery SET state = 'waiting', due_at = @now, error = 'the server ended while this was being sent' WHERE state = 'sending'", ("@now", now.ToColumn()));
    }

    /// <summary>It is with its receiver. A text with a secret link is forgotten then: whoever reads the database later must not hold it.</summary>
    public static void Sent(DatabaseConnection connection, long id, DateTimeOffset now) => connection.Execute(
        """
        UPDATE delivery SET state = 'sent', sent_at = @now, error = NULL,
          text = CASE WHEN holds_secret = 1 THEN '' ELSE text END, html = CASE WHEN holds_secret = 1 THEN NULL ELSE html END
        WHERE id = @id
        """,
        ("@id", id), ("@now", now.ToColumn()));

    /// <summary>It waits for its next try, or is given up; also when its web hook was removed meanwhile, since nobody would ever try it again.</summary>
    public static void Failed(DatabaseConnection connection, long id, bool dead, DateTimeOffset due, string error) => connection.Execute(
        $"""
        UPDATE delivery SET due_at = @due,
          state = CASE WHEN {HookIsGone} THEN 'dead' ELSE @state END, error = CASE WHEN {HookIsGone} THEN @removed ELSE @error END
        WHERE id = @id
        """,
        ("@id", id), ("@state", dead ? "dead" : "waiting"), ("@due", due.ToColumn()), ("@error", error), ("@removed", HookSql.Removed));

    public static int Purge(DatabaseConnection connection, DateTimeOffset before) => connection.Execute(
        "DELETE FROM delivery WHERE id IN (SELECT id FROM delivery WHERE state = 'sent' AND sent_at < @before LIMIT @limit)",
        ("@before", before.ToColumn()), ("@limit", NotificationLimits.PurgedTogether));

    public static int PurgeDead(DatabaseConnection connection, DateTimeOffset before) => connection.Execute(
        "DELETE FROM delivery WHERE id IN (SELECT id FROM delivery WHERE state = 'dead' AND tried_since < @before LIMIT @limit)",
        ("@before", before.ToColumn()), ("@limit", NotificationLimits.PurgedTogether));

    /// <summary>Handled events that no delivery and no digest needs.</summary>
    public static int PurgeEvents(DatabaseConnection connection, DateTimeOffset before) => connection.Execute(
        """
        DELETE FROM event WHERE id IN (
            SELECT e.id FROM event e
            WHERE e.handled_at < @before
              AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.event_id = e.id)
              AND NOT EXISTS (SELECT 1 FROM digest_item i WHERE i.event_id = e.id)
            LIMIT @limit)
        """,
        ("@before", before.ToColumn()), ("@limit", NotificationLimits.PurgedTogether));

    /// <summary>
    /// In a restored database: what waited when the backup was made was most likely sent since, by the server that the backup is of. It is sent when somebody asks
    /// for it, and so is what comes of events from before, which are told by their numbers, whatever the clocks said; what waited for a digest is not told.
    /// </summary>
    public static int Park(DatabaseConnection connection)
    {
        connection.Execute("DELETE FROM revision WHERE topic = @topic", ("@topic", ParkedTopic));
        connection.Execute("INSERT INTO revision (topic, value) SELECT @topic, max(id) FROM event WHERE handled_at IS NULL HAVING count(*) > 0", ("@topic", ParkedTopic));
        connection.Execute("DELETE FROM digest_item");
        return connection.Execute("UPDATE delivery SET state = 'dead', error = @words WHERE state IN ('waiting', 'sending')", ("@words", Parked));
    }

    /// <summary>Whether an event is from before a restore.</summary>
    public static bool IsParked(DatabaseConnection connection, long id) =>
        connection.Number("SELECT EXISTS (SELECT 1 FROM revision WHERE topic = @topic AND value >= @id)", ("@topic", ParkedTopic), ("@id", id)) != 0;

    /// <summary>What an event from before a restore has made waits for somebody to ask for it. They come in order; the number of the last of them is an event's anew one day.</summary>
    public static void ParkEvent(DatabaseConnection connection, long id)
    {
        connection.Execute("UPDATE delivery SET state = 'dead', error = @words WHERE event_id = @id AND state = 'waiting'", ("@words", Parked), ("@id", id));
        connection.Execute("DELETE FROM digest_item WHERE event_id = @id", ("@id", id));
        connection.Execute("DELETE FROM revision WHERE topic = @topic AND value <= @id", ("@topic", ParkedTopic), ("@id", id));
    }

    /// <summary>Whether anything is to be done now; costs microseconds, since it is asked each second.</summary>
    public static bool HasWork(DatabaseConnection connection, DateTimeOffset now) => connection.Number(
        """
        SELECT EXISTS (SELECT 1 FROM event WHERE handled_at IS NULL)
            OR EXISTS (SELECT 1 FROM digest_item WHERE due_at <= @now)
            OR EXISTS (SELECT 1 FROM delivery WHERE kind = 'mail' AND state = 'waiting' AND due_at <= @now)
            OR EXISTS (SELECT 1 FROM hook h WHERE (h.retry_at IS NULL OR h.retry_at <= @now)
                AND EXISTS (SELECT 1 FROM delivery d WHERE d.hook_id = h.id AND d.state = 'waiting' AND d.due_at <= @now))
            OR EXISTS (SELECT 1 FROM delivery WHERE state = 'sent' AND sent_at < @before)
        """,
        ("@now", now.ToColumn()), ("@before", (now - NotificationLimits.KeepSent).ToColumn())) != 0;

    /// <summary>
    /// Whether something is due later than any wait lasts: a clock that was ahead put it off, and would let it wait until that date once it is set right. Asked each
    /// second too.
    /// </summary>
    public static bool IsFarOff(DatabaseConnection connection, DateTimeOffset now) => connection.Number(FarOffStatement, FarOff(now)) != 0;

    /// <summary>What is due too late is due now, and the hours in which it fails count from now.</summary>
    public static int BringNear(DatabaseConnection connection, DateTimeOffset now)
    {
        var far = FarOff(now);
        connection.Execute($"UPDATE delivery SET tried_since = @now WHERE state = 'waiting' AND tried_since > @now AND NOT ({Untried})", far[0]);
        connection.Execute("UPDATE hook SET retry_at = NULL WHERE retry_at > @far", far[1]);
        return connection.Execute("UPDATE delivery SET due_at = @now WHERE state = 'waiting' AND due_at > @far", far[0], far[1])
            + connection.Execute("UPDATE digest_item SET due_at = @now WHERE due_at > @digest", far[0], far[2]);
    }

    private static (string Name, object? Value)[] FarOff(DateTimeOffset now) =>
        [("@now", now.ToColumn()), ("@far", (now + NotificationLimits.LongestRetry).ToColumn()), ("@digest", (now + NotificationLimits.LongestDigest).ToColumn())];

    private static Outgoing ReadOutgoing(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetInt64(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetString(6), row.TextOrNull(7),
        (int)row.GetInt64(8), row.Time(9));
}
