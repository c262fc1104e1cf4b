using System.Security.Cryptography;
using System.Text;
using Waybill.Core.Database;
using Waybill.Core.People;

namespace Waybill.Core.Passwords;

/// <summary>
/// Counts tries before they are made, and takes back what succeeds: of a hundred at once no more are compared than of a hundred in turn. What nobody has is counted
/// as what somebody has, so that a wait says nothing of who there is.
/// </summary>
internal static class SignInTries
{
    /// <summary>When the next try may be made; null when now.</summary>
    public static DateTimeOffset? BlockedUntil(DatabaseConnection connection, TryRule rule, string who, DateTimeOffset now) => connection.First(
        "SELECT next_at FROM sign_in_try WHERE bucket = @bucket AND next_at > @now AND forget_at > @now", static row => (DateTimeOffset?)row.Time(0),
        ("@bucket", Bucket(rule, who)), ("@now", now.ToColumn()));

    /// <summary>Whether a try is there that <see cref="Clear"/> would make good.</summary>
    public static bool Any(DatabaseConnection connection, TryRule rule, string who) =>
        connection.Number("SELECT EXISTS (SELECT 1 FROM sign_in_try WHERE bucket = @bucket)", ("@bucket", Bucket(rule, who))) != 0;

    /// <summary>Counts a try; says the how manyth it is.</summary>
    /// <param name="connection">Of the transaction.</param>
    /// <param name="rule">The sort.</param>
    /// <param name="who">For whom, and from where.</param>
    /// <param name="now">The time.</param>
    /// <param name="login">The login that it is for, so that the tries can be shown and taken back with it; null for none.</param>
    /// <param name="source">From where, for the same.</param>
    public static long Count(DatabaseConnection connection, TryRule rule, string who, DateTimeOffset now, long? login = null, string? source = null)
    {
        var bucket = Bucket(rule, who);
        var (before, end) = connection.First(
            "SELECT tries, forget_at FROM sign_in_try WHERE bucket = @bucket AND forget_at > @now", static row => (row.GetInt64(0), (DateTimeOffset?)row.Time(1)),
            ("@bucket", bucket), ("@now", now.ToColumn()));
        if (before == 0)
        {
            Purge(connection, now);
        }

        var forget = rule.IsFromFirst && end is { } fixedEnd ? fixedEnd : now + rule.Memory;

        connection.Execute(
            """
            INSERT INTO sign_in_try (bucket, tries, next_at, forget_at, login_id, source) VALUES (@bucket, @tries, @next, @forget, @login, @source)
            ON CONFLICT (bucket) DO UPDATE SET tries = @tries, next_at = @next, forget_at = @forget, login_id = @login, source = @source
            """,
            ("@bucket", bucket), ("@login", login), ("@source", source), ("@tries", before + 1), ("@next", (now + rule.WaitAfter(before + 1)).ToColumn()), ("@forget", forget.ToColumn()));
        return before + 1;
    }

    /// <summary>How many count.</summary>
    public static long Counted(DatabaseConnection connection, TryRule rule, string who, DateTimeOffset now) => connection.Number(
        "SELECT coalesce(max(tries), 0) FROM sign_in_try WHERE bucket = @bucket AND forget_at > @now", ("@bucket", Bucket(rule, who)), ("@now", now.ToColumn()));

    /// <summary>Tries that were for nobody are a login's, so that they are shown and taken back with it.</summary>
    public static void Adopt(DatabaseConnection connection, TryRule rule, string who, long login) =>
        connection.Execute("UPDATE sign_in_try SET login_id = @login WHERE bucket = @bucket", ("@bucket", Bucket(rule, who)), ("@login", login));

    /// <summary>A try succeeded, and with it all before are made good.</summary>
    public static void Clear(DatabaseConnection connection, TryRule rule, string who) =>
        connection.Execute("DELETE FROM sign_in_try WHERE bucket = @bucket", ("@bucket", Bucket(rule, who)));

    /// <summary>A try succeeded, and those of others stay. The wait that it began ends: the one before was over when it was let in.</summary>
    /// <param name="connection">Of the transaction.</param>
    /// <param name="rule">The sort.</param>
    /// <param name="who">For whom, and from where.</param>
    /// <param name="counted">The how manyth it was; who came behind it has begun another wait.</param>
    public static void TakeBack(DatabaseConnection connection, TryRule rule, string who, long counted) => connection.Execute(
        "UPDATE sign_in_try SET tries = tries - 1, next_at = CASE WHEN tries - 1 < @free OR tries = @counted THEN 0 ELSE next_at END WHERE bucket = @bucket AND tries > 0",
        ("@bucket", Bucket(rule, who)), ("@free", rule.Free), ("@counted", counted));

    private static void Purge(DatabaseConnection connection, DateTimeOffset now)
    {
        connection.Execute(
            "DELETE FROM sign_in_try WHERE bucket IN (SELECT bucket FROM sign_in_try WHERE forget_at <= @now ORDER BY forget_at LIMIT @batch)",
            ("@now", now.ToColumn()), ("@batch", SignInLimits.PurgeBatch));
        if (connection.Number("SELECT count(*) FROM sign_in_try") >= SignInLimits.Buckets)
        {
            connection.Execute("DELETE FROM sign_in_try WHERE bucket IN (SELECT bucket FROM sign_in_try ORDER BY forget_at LIMIT 1)");
        }
    }

    private static byte[] Bucket(TryRule rule, string who) => SHA256.HashData(Encoding.UTF8.GetBytes($"{rule.Word}\n{who}"));
}
