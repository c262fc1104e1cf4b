using System.Buffers.Text;
using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Waybill.Core.Database;

namespace Waybill.Core.People;

/// <summary>The statements of the portal's sessions.</summary>
internal static class SessionSql
{
    private const string Select = """
        SELECT s.id, s.person_id, s.stage, s.created_at, s.last_used_at, s.ends_at, s.confirmed_at, s.source, s.agent,
          v.id, a.number, v.viewer, v.reason, v.began_at, v.until, v.ended_at
        FROM portal_session s JOIN person p ON p.id = s.person_id JOIN person_credential c ON c.person_id = s.person_id
        LEFT JOIN portal_view v ON v.id = s.view_id AND v.until > @now AND v.ended_at IS NULL LEFT JOIN account a ON a.id = v.account_id
        WHERE p.status = 'active' AND s.stamp = c.stamp AND s.ends_at > @now AND s.last_used_at > @idle
        """;

    public static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SessionLimits.TokenBytes));

    public static PortalSession? Find(DatabaseConnection connection, string? token, SessionStage stage, DateTimeOffset now) =>
        First(connection, Select + " AND s.hash = @key AND s.stage = @stage", Hash(token), now, ("@stage", stage.ToWord()));

    public static PortalSession? Find(DatabaseConnection connection, long id, DateTimeOffset now) => First(connection, Select + " AND s.id = @key", id, now);

    public static List<PortalSession> Of(DatabaseConnection connection, long person, DateTimeOffset now) =>
        All(connection, Select + " AND s.person_id = @person AND s.stage = 'full' ORDER BY s.last_used_at DESC, s.id DESC", now, ("@person", person));

    public static List<PortalSession> List(DatabaseConnection connection, long before, int most, DateTimeOffset now) =>
        All(connection, Select + " AND s.stage = 'full' AND s.id < @before ORDER BY s.id DESC LIMIT @most", now, ("@before", before), ("@most", most));

    /// <summary>Begins a session; its token is told this once.</summary>
    public static string Start(DatabaseConnection connection, long person, SessionStage stage, PortalClient client, DateTimeOffset now)
    {
        connection.Execute(
            "DELETE FROM portal_session WHERE id IN (SELECT id FROM portal_session WHERE last_used_at <= @idle ORDER BY last_used_at LIMIT @batch)",
            ("@idle", (now - SessionLimits.Idle).ToColumn()), ("@batch", SessionLimits.PurgeBatch));
        var token = NewToken();
        connection.Execute(
            """
            INSERT INTO portal_session (hash, person_id, stage, stamp, created_at, last_used_at, confirmed_at, ends_at, source, agent)
            SELECT @hash, person_id, @stage, stamp, @now, @now, @confirmed, @ends, @source, @agent FROM person_credential WHERE person_id = @person
            """,
            ("@hash", Hash(token)), ("@person", person), ("@stage", stage.ToWord()), ("@now", now.ToColumn()), ("@confirmed", stage == SessionStage.Full ? now.ToColumn() : null),
            ("@ends", (now + (stage == SessionStage.Full ? SessionLimits.Absolute : SessionLimits.SecondFactor)).ToColumn()), ("@source", client.Text), ("@agent", client.Agent));

        // Of each stage by itself: who knows the password alone ends nobody's session.
        connection.Execute(
            """
            DELETE FROM portal_session WHERE id IN (
              SELECT id FROM portal_session WHERE person_id = @person AND stage = @stage AND hash <> @hash ORDER BY last_used_at DESC, id DESC LIMIT -1 OFFSET @others)
            """,
            ("@person", person), ("@stage", stage.ToWord()), ("@hash", Hash(token)), ("@others", SessionLimits.PerPerson - 1));
        return token;
    }

    /// <summary>Gives a session another token, whose old one opens nothing from now on: one that a stranger planted or saw is worth nothing after each rise of privilege.</summary>
    public static string Rotate(DatabaseConnection connection, long session)
    {
        var token = NewToken();
        connection.Execute("UPDATE portal_session SET hash = @hash WHERE id = @id", ("@hash", Hash(token)), ("@id", session));
        return token;
    }

    /// <summary>The second factor was right.</summary>
    public static void Confirm(DatabaseConnection connection, long session, DateTimeOffset now) =>
        connection.Execute("UPDATE portal_session SET confirmed_at = @now WHERE id = @id", ("@now", now.ToColumn()), ("@id", session));

    public static int End(DatabaseConnection connection, long session) => connection.Execute("DELETE FROM portal_session WHERE id = @id", ("@id", session));

    /// <summary>Ends all sessions of a person but one, which goes on with a new stamp; the one is null where none goes on.</summary>
    public static void ChangeStamp(DatabaseConnection connection, long person, long? keep)
    {
        var stamp = PersonSql.NewStamp();
        connection.Execute("UPDATE person_credential SET stamp = @stamp WHERE person_id = @person", ("@stamp", stamp), ("@person", person));
        connection.Execute("DELETE FROM portal_session WHERE person_id = @person AND id IS NOT @keep", ("@person", person), ("@keep", keep));
        connection.Execute("UPDATE portal_session SET stamp = @stamp WHERE person_id = @person", ("@stamp", stamp), ("@person", person));
    }

    public static AccountView? ReadView(DbDataReader row, int first) => row.IsDBNull(first)
        ? null
        : new AccountView(
            row.GetInt64(first), row.GetString(first + 1), row.GetString(first + 2), row.GetString(first + 3), row.Time(first + 4), row.Time(first + 5), row.TimeOrNull(first + 6));

    private static PortalSession? First(DatabaseConnection connection, string sql, object key, DateTimeOffset now, params ReadOnlySpan<(string, object?)> more) =>
        connection.First(sql, Read, [("@key", key), .. Times(now), .. more]) is { } found ? Complete(connection, found) : null;

    private static List<PortalSession> All(DatabaseConnection connection, string sql, DateTimeOffset now, params ReadOnlySpan<(string, object?)> more) =>
        [.. connection.All(sql, Read, [.. Times(now), .. more]).Select(found => Complete(connection, found))];

    private static (string, object?)[] Times(DateTimeOffset now) => [("@now", now.ToColumn()), ("@idle", (now - SessionLimits.Idle).ToColumn())];

    private static PortalSession Complete(DatabaseConnection connection, Row row) => new(
        row.Id, PersonSql.Find(connection, row.Person)!, row.Stage, row.Created, row.LastUsed, row.Ends, row.Confirmed, row.Source, row.Agent, row.View);

    private static Row Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.Word<SessionStage>(2), row.Time(3), row.Time(4), row.Time(5), row.TimeOrNull(6), row.GetString(7), row.GetString(8), ReadView(row, 9));

    // Whatever came is hashed and looked up, so that the shape of a token tells nothing by the time it takes; what is too long is no token and is cut.
    private static byte[] Hash(string? token)
    {
        var text = token ?? "";
        return SHA256.HashData(Encoding.UTF8.GetBytes(text.Length > SessionLimits.TokenLength ? text[..(SessionLimits.TokenLength + 1)] : text));
    }

    private sealed record Row(
        long Id, long Person, SessionStage Stage, DateTimeOffset Created, DateTimeOffset LastUsed, DateTimeOffset Ends, DateTimeOffset? Confirmed, string Source, string Agent,
        AccountView? View);
}
