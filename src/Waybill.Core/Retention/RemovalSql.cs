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
            WHERE m.file_id > @after AND m.due_at <= @now AND m.marked_at <= @aged AND f.gone_at IS NULL ORDER BY m.file_id LIMIT @limit
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
    public static List<Removal> Unfinished(DatabaseConnection connection) => connection.All(
        $"{Select} WHERE r.taken_at IS NULL ORDER BY r.file_id LIMIT @limit", Read, ("@limit", RetentionLimits.Batch));

    /// <summary>What was taken so long ago that nothing can be under way any more.</summary>
    public static List<Removal> Settled(DatabaseConnection connection, DateTimeOffset now, long after) => connection.All(
        $"{Select} WHERE r.file_id > @after AND r.taken_at <= @before ORDER BY r.file_id LIMIT @limit", Read,
        ("@after", after), ("@before", (now - RetentionLimits.Settling).ToColumn()), ("@limit", RetentionLimits.Batch));

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
