using System.Data.Common;
using Waybill.Core.Database;

namespace Waybill.Core.Billing;

/// <summary>The statements of ledgers and their sums.</summary>
internal static class BalanceSql
{
    public const string SelectEntry = """
        SELECT e.name, a.number, e.purse, e.amount, e.at, e.text, e.source, e.added_at, e.added_by, e.id
        FROM ledger_entry e JOIN account a ON a.id = e.account_id
        """;

    /// <summary>A page of a ledger, the latest time first, without entries that came behind the last one.</summary>
    public const string PageStatement = SelectEntry + " WHERE e.account_id = @account AND (e.at, e.id) < (@at, @id) AND e.id <= @last ORDER BY e.at DESC, e.id DESC LIMIT @limit";

    /// <summary>Balances that were below their mark when they were looked at last and are not now, or the other way round.</summary>
    public const string TurnedStatement = """
        SELECT account_id FROM balance WHERE account_id > @after AND (entries > 0 OR has_own_low = 1)
          AND is_low <> coalesce(funds + promo < CASE has_own_low WHEN 1 THEN low_at ELSE @shared END, 0)
        ORDER BY account_id LIMIT @limit
        """;

    private const string Select = """
        SELECT a.number, coalesce(b.funds, 0), coalesce(b.promo, 0), coalesce(b.has_own_low, 0), b.low_at, coalesce(b.is_low, 0), coalesce(b.entries, 0), b.changed_at
        FROM account a LEFT JOIN balance b ON b.account_id = a.id
        """;

    public static Balance Read(DbDataReader row, BillingOptions options)
    {
        var isOwn = row.GetInt64(3) != 0;
        var own = row.IsDBNull(4) ? (long?)null : row.GetInt64(4);
        return new Balance(row.GetString(0), row.GetInt64(1), row.GetInt64(2), isOwn ? own : options.LowBalance, isOwn, row.GetInt64(5) != 0, row.GetInt64(6), row.TimeOrNull(7));
    }

    public static LedgerEntry ReadEntry(DbDataReader row) => new(
        row.GetString(0), row.GetString(1), row.Word<Purse>(2), row.GetInt64(3), row.Time(4), row.GetString(5), row.GetString(6), row.Time(7), row.GetString(8));

    public static Balance Find(DatabaseConnection connection, long account, BillingOptions options) =>
        connection.First(Select + " WHERE a.id = @account", row => Read(row, options), ("@account", account))!;

    public static List<Balance> List(DatabaseConnection connection, string after, int size, bool lowOnly, BillingOptions options) => connection.All(
        $"{Select} WHERE a.number_key > @after{(lowOnly ? " AND b.is_low" : "")} ORDER BY a.number_key LIMIT @limit", row => Read(row, options), ("@after", after), ("@limit", size));

    public static LedgerEntry? FindEntry(DatabaseConnection connection, string name) => connection.First(SelectEntry + " WHERE e.name = @name", ReadEntry, ("@name", name));

    /// <summary>The last entry that came, of whatever account; 0 for none.</summary>
    public static long LastEntry(DatabaseConnection connection) => connection.Number("SELECT max(id) FROM ledger_entry");

    public static void Insert(DatabaseConnection connection, long account, NewLedgerEntry entry, string source, string by, DateTimeOffset now) => connection.Execute(
        """
        INSERT INTO ledger_entry (name, account_id, purse, amount, text, source, at, added_at, added_by) VALUES (@name, @account, @purse, @amount, @text, @source, @at, @now, @by)
        """,
        ("@name", entry.Id), ("@account", account), ("@purse", entry.Purse.ToWord()), ("@amount", entry.Amount), ("@text", entry.Text), ("@source", source),
        ("@at", (entry.Time ?? now).ToColumn()), ("@now", now.ToColumn()), ("@by", by));

    /// <summary>Sets the sums after entries were added.</summary>
    public static void Sum(DatabaseConnection connection, long account, Balance balance, DateTimeOffset now) => connection.Execute(
        """
        INSERT INTO balance (account_id, funds, promo, entries, changed_at) VALUES (@account, @funds, @promo, @entries, @now)
        ON CONFLICT (account_id) DO UPDATE SET funds = @funds, promo = @promo, entries = @entries, changed_at = @now
        """,
        ("@account", account), ("@funds", balance.Funds), ("@promo", balance.Promo), ("@entries", balance.Entries), ("@now", now.ToColumn()));

    public static void SetLow(DatabaseConnection connection, long account, LowMark mark) => connection.Execute(
        """
        INSERT INTO balance (account_id, has_own_low, low_at) VALUES (@account, @own, @low) ON CONFLICT (account_id) DO UPDATE SET has_own_low = @own, low_at = @low
        """,
        ("@account", account), ("@own", mark.IsOwn ? 1 : 0), ("@low", mark.IsOwn ? mark.At : null));

    public static void Flag(DatabaseConnection connection, long account, bool isLow) =>
        connection.Execute("UPDATE balance SET is_low = @low WHERE account_id = @account", ("@low", isLow ? 1 : 0), ("@account", account));

    public static List<long> Turned(DatabaseConnection connection, long after, BillingOptions options) => connection.All(
        TurnedStatement, static row => row.GetInt64(0), ("@after", after), ("@shared", options.LowBalance), ("@limit", BillingLimits.Together));
}
