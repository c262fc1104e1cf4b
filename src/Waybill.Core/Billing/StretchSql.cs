using System.Data.Common;
using Waybill.Core.Database;

namespace Waybill.Core.Billing;

/// <summary>An entry, as sums need it.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Purse">What it moves.</param>
/// <param name="Amount">By how much.</param>
internal readonly record struct StretchEntry(LedgerPlace Place, Purse Purse, long Amount);

/// <summary>The statements of the stretches of ledgers.</summary>
internal static class StretchSql
{
    /// <summary>The last stretch that begins before a place.</summary>
    public const string HoldingStatement = Select + " AND (first_at, first_id) < (@at, @id) ORDER BY first_at DESC, first_id DESC LIMIT 1";

    /// <summary>A stretch and all behind it; an entry that comes changes each of them, and they are one for many entries.</summary>
    public const string FromStatement = Select + " AND (first_at, first_id) >= (@at, @id) ORDER BY first_at, first_id";

    /// <summary>The entries of a stretch and those that came into it now, which a push bounds.</summary>
    public const string EntriesStatement = """
        SELECT at, id, purse, amount FROM ledger_entry WHERE account_id = @account AND (at, id) >= (@at, @id) AND (at, id) < (@endAt, @endId) ORDER BY at, id
        """;

    /// <summary>By how much the entries of a stretch before a place move both purses. So few of them fit into 64 bits.</summary>
    public const string SumStatement = """
        SELECT coalesce(sum(CASE purse WHEN 'funds' THEN amount END), 0), coalesce(sum(CASE purse WHEN 'promo' THEN amount END), 0)
        FROM ledger_entry WHERE account_id = @account AND (at, id) >= (@at, @id) AND (at, id) < (@endAt, @endId)
        """;

    private const string Select = """
        SELECT first_at, first_id, entries, funds_before, promo_before, funds, promo, funds_low, promo_low, funds_high, promo_high FROM ledger_stretch WHERE account_id = @account
        """;

    public static LedgerStretch? Holding(DatabaseConnection connection, long account, LedgerPlace place) =>
        connection.First(HoldingStatement, Read, ("@account", account), ("@at", place.At), ("@id", place.Id));

    public static List<LedgerStretch> From(DatabaseConnection connection, long account, LedgerPlace place) =>
        connection.All(FromStatement, Read, ("@account", account), ("@at", place.At), ("@id", place.Id));

    public static List<StretchEntry> Entries(DatabaseConnection connection, long account, LedgerPlace from, LedgerPlace end) => connection.All(
        EntriesStatement, static row => new StretchEntry(new LedgerPlace(row.GetInt64(0), row.GetInt64(1)), row.Word<Purse>(2), row.GetInt64(3)),
        ("@account", account), ("@at", from.At), ("@id", from.Id), ("@endAt", end.At), ("@endId", end.Id));

    public static PurseSums Sum(DatabaseConnection connection, long account, LedgerPlace from, LedgerPlace end) => connection.First(
        SumStatement, static row => Sums(row, 0), ("@account", account), ("@at", from.At), ("@id", from.Id), ("@endAt", end.At), ("@endId", end.Id));

    public static string NameOf(DatabaseConnection connection, long entry) => connection.First("SELECT name FROM ledger_entry WHERE id = @id", static row => row.GetString(0), ("@id", entry))!;

    public static void Add(DatabaseConnection connection, long account, LedgerStretch stretch) => connection.Execute(
        """
        INSERT INTO ledger_stretch (account_id, first_at, first_id, entries, funds_before, promo_before, funds, promo, funds_low, promo_low, funds_high, promo_high)
        VALUES (@account, @at, @id, @entries, @fundsBefore, @promoBefore, @funds, @promo, @fundsLow, @promoLow, @fundsHigh, @promoHigh)
        """,
        ("@account", account), ("@at", stretch.First.At), ("@id", stretch.First.Id), ("@entries", stretch.Entries), ("@fundsBefore", stretch.Before.Funds),
        ("@promoBefore", stretch.Before.Promo), ("@funds", stretch.Moved.Funds), ("@promo", stretch.Moved.Promo), ("@fundsLow", stretch.Low.Funds), ("@promoLow", stretch.Low.Promo),
        ("@fundsHigh", stretch.High.Funds), ("@promoHigh", stretch.High.Promo));

    public static void Remove(DatabaseConnection connection, long account, LedgerPlace first) => connection.Execute(
        "DELETE FROM ledger_stretch WHERE account_id = @account AND first_at = @at AND first_id = @id", ("@account", account), ("@at", first.At), ("@id", first.Id));

    /// <summary>Sets what was before a stretch.</summary>
    public static void Move(DatabaseConnection connection, long account, LedgerPlace first, PurseSums before) => connection.Execute(
        "UPDATE ledger_stretch SET funds_before = @funds, promo_before = @promo WHERE account_id = @account AND first_at = @at AND first_id = @id",
        ("@funds", before.Funds), ("@promo", before.Promo), ("@account", account), ("@at", first.At), ("@id", first.Id));

    private static LedgerStretch Read(DbDataReader row) => new(
        new LedgerPlace(row.GetInt64(0), row.GetInt64(1)), row.GetInt32(2), Sums(row, 3), Sums(row, 5), Sums(row, 7), Sums(row, 9));

    private static PurseSums Sums(DbDataReader row, int column) => new(row.GetInt64(column), row.GetInt64(column + 1));
}
