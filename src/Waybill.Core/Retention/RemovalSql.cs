using System.Data.Common;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;

namespace Waybill.Core.Retention;

/// <summary>The journal of files on their way out.</summary>
internal static class RemovalSql
{
    private const string Select = """
        SELECT r.file_id, r.account_id, a.number, r.path, f.size, r.archive, coalesce(r.taken_at, 0)
        FROM retention_removal r JOIN file f ON f.id = r.file_id JOIN account a ON a.id = r.account_id
        """;

    /// <summary>
    /// Claims the next files whose time has come: marked long enough ago for a run that is due, still there, still as old as their policy wants, and not held.
    /// Decided in the transaction, so that a hold or a policy that is set before counts.
    /// </summary>
    public static (List<Removal> Claimed, long Last) Claim(DatabaseConnection connection, RetentionOptions options, DateTimeOffset now, long after)
    {
        var rules = RetentionRules.Load(connection, options.Months);
        var rows = connection.All(
            """
            SELECT f.id, f.account_id, a.number, f.path, f.size, f.arrived_at, m.months
            FROM retention_mark m JOIN file f ON f.id = m.file_id JOIN account a ON a.id = f.account_id
            WHERE m.file_id > @after AND m.due_at <= @now AND m.marked_at <= @aged AND f.gone_at IS NULL
              AND NOT EXISTS (SELECT 1 FROM retention_removal r WHERE r.file_id = f.id) ORDER BY m.file_id LIMIT @limit
            """,
            row => (Removal: new Removal(row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetString(3), row.GetInt64(4), options.Archive is not null), Arrived: row.Time(5), Months: row.GetInt32(6)),
            ("@after", after), ("@now", now.ToColumn()), ("@aged", (now - RetentionLimits.MarkAge).ToColumn()), ("@limit", RetentionLimits.Batch));
        List<Removal> claimed = [];
        foreach (var (removal, arrived, months) in rows)
        {
            if (rules.IsHeld(removal.AccountId, removal.Path) || rules.MonthsOf(removal.AccountId, removal.Path) != months || arrived > options.Calendar.Cutoff(now, months))
            {
                continue;
            }

            claimed.Add(removal);
            connection.Execute(
                "INSERT INTO retention_removal (file_id, account_id, path, archive) VALUES (@file, @account, @path, @archive)",
                ("@file", removal.File), ("@account", removal.AccountId), ("@path", removal.Path), ("@archive", removal.Archive ? 1 : 0));
        }

        return (claimed, rows.Count == 0 ? -1 : rows[^1].Removal.File);
    }

    /// <summary>What an interrupted run had claimed.</summary>
    public static List<Removal> Unfinished(DatabaseConnection connection, long after) => connection.All(
        $"{Select} WHERE r.file_id > @after AND r.taken_at IS NULL ORDER BY r.file_id LIMIT @limit", Read, ("@after", after), ("@limit", RetentionLimits.Batch));

    /// <summary>What was taken so long ago that nothing can be under way any more.</summary>
    public static List<Removal> Settled(DatabaseConnection connection, DateTimeOffset now, long after) => connection.All(
        $"{Select} WHERE r.file_id > @after AND r.taken_at <= @before ORDER BY r.file_id LIMIT @limit", Read,
        ("@after", after), ("@before", (now - RetentionLimits.Settling).ToColumn()), ("@limit", RetentionLimits.Batch));

    /// <summary>
    /// Whether something is to be ended between the plans: a run was cut off, or what it took has settled. What failed for an hour waits for the next plan, so that a
    /// disk that is away does not fill the audit.
    /// </summary>
    public static bool IsAnySettled(DatabaseConnection connection, DateTimeOffset now) => connection.Number(
        $"""
        SELECT EXISTS (SELECT 1 FROM retention_removal r WHERE r.taken_at IS NULL OR (r.taken_at > @oldest AND r.taken_at <= @before AND
          (EXISTS (SELECT 1 FROM file f WHERE f.account_id = r.account_id AND f.path = r.path AND f.gone_at IS NULL)
           OR NOT EXISTS (SELECT 1 FROM hold h WHERE h.account_id = r.account_id AND {HoldSql.Covers("h.path", "r.path")}))))
        """,
        ("@before", (now - RetentionLimits.Settling).ToColumn()), ("@oldest", (now - RetentionLimits.Settling - RetentionLimits.SettlingTries).ToColumn())) != 0;

    /// <summary>What was taken and stays, for a backup: a hold covers it, or an upload has its name by now.</summary>
    public static List<Removal> Kept(DatabaseConnection connection, long after, int count) => connection.All(
        $"""
        {Select} WHERE r.file_id > @after AND r.taken_at IS NOT NULL AND
          (EXISTS (SELECT 1 FROM file p WHERE p.account_id = r.account_id AND p.path = r.path AND p.gone_at IS NULL)
           OR EXISTS (SELECT 1 FROM hold h WHERE h.account_id = r.account_id AND {HoldSql.Covers("h.path", "r.path")}))
        ORDER BY r.file_id LIMIT @count
        """,
        Read, ("@after", after), ("@count", count));

    /// <summary>Whether nobody has settled it yet.</summary>
    public static bool IsThere(DatabaseConnection connection, Removal removal) =>
        connection.Number("SELECT EXISTS (SELECT 1 FROM retention_removal WHERE file_id = @file)", ("@file", removal.File)) != 0;

    /// <summary>
    /// The version that a file was overwritten with in the very moment of its removal: another row at its path that came up to some minutes after. There, or missing
    /// since, because a scan looked before the file was put back.
    /// </summary>
    public static long? Successor(DatabaseConnection connection, Removal removal)
    {
        const string Other = "SELECT id FROM file WHERE account_id = @account AND path = @path AND id <> @file AND arrived_at <= @before AND ";
        (string, object?)[] where =
        [
            ("@account", removal.AccountId), ("@path", removal.Path), ("@file", removal.File), ("@before", (removal.Left + RetentionLimits.Settling).ToColumn()),
        ];
        return connection.First<long?>(Other + "gone_at IS NULL", static row => row.GetInt64(0), where)
            ?? connection.First<long?>(Other + "gone_how = 'missing' AND id > @file ORDER BY id DESC LIMIT 1", static row => row.GetInt64(0), where);
    }

    /// <summary>Whether the file at a path may be one that a run has moved aside: what is missing there is not gone, it is put back.</summary>
    public static bool IsUnsettled(DatabaseConnection connection, long account, string path) => connection.Number(
        """
        SELECT EXISTS (SELECT 1 FROM retention_removal r JOIN file f ON f.account_id = r.account_id AND f.path = r.path AND f.gone_at IS NULL
          WHERE r.account_id = @account AND r.path = @path AND (r.taken_at IS NULL OR f.arrived_at <= r.taken_at + @settling))
        """,
        ("@account", account), ("@path", path), ("@settling", (long)RetentionLimits.Settling.TotalMilliseconds)) != 0;

    /// <summary>A version is in its place again.</summary>
    public static void Restored(DatabaseConnection connection, Removal removal, long successor)
    {
        connection.Execute("UPDATE file SET gone_at = NULL, gone_how = NULL WHERE id = @id AND gone_how = 'missing'", ("@id", successor));
        Forget(connection, removal);
    }

    /// <summary>The file is out of its vault. The catalogue's row is left alone if meanwhile it became another's: a rename or an upload won.</summary>
    public static void Taken(DatabaseConnection connection, Removal removal, DateTimeOffset now)
    {
        connection.Execute(
            "UPDATE file SET gone_at = @now, gone_how = @how WHERE id = @file AND path = @path AND gone_at IS NULL",
            ("@now", now.ToColumn()), ("@how", (removal.Archive ? GoneHow.Archived : GoneHow.Retention).ToWord()), ("@file", removal.File), ("@path", removal.Path));
        connection.Execute("UPDATE retention_removal SET taken_at = @now WHERE file_id = @file", ("@now", now.ToColumn()), ("@file", removal.File));
        connection.Execute("DELETE FROM retention_mark WHERE file_id = @file", ("@file", removal.File));
    }

    public static void Forget(DatabaseConnection connection, Removal removal) =>
        connection.Execute("DELETE FROM retention_removal WHERE file_id = @file", ("@file", removal.File));

    /// <summary>Marks of files that are not there any more; says how many it removed.</summary>
    public static int DropStaleMarks(DatabaseConnection connection) => connection.Execute(
        """
        DELETE FROM retention_mark WHERE file_id IN
          (SELECT m.file_id FROM retention_mark m JOIN file f ON f.id = m.file_id WHERE f.gone_at IS NOT NULL LIMIT @limit)
        """,
        ("@limit", RetentionLimits.Page));

    private static Removal Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetString(3), row.GetInt64(4), row.GetInt64(5) != 0) { Left = row.Time(6) };
}
