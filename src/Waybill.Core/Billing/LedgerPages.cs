using Waybill.Core.Database;

namespace Waybill.Core.Billing;

/// <summary>Pages of a ledger.</summary>
internal static class LedgerPages
{
    /// <summary>Entries before a place, the latest first, each with what is in both purses after it; and where the next page begins, if there is one.</summary>
    public static (IReadOnlyList<LedgerEntry> Entries, LedgerPlace? Next) Read(DatabaseConnection connection, long account, int size, LedgerPlace before)
    {
        var rows = connection.All(
            BalanceSql.PageStatement, static row => (Entry: BalanceSql.ReadEntry(row), Place: new LedgerPlace(row.GetInt64(4), row.GetInt64(9))),
            ("@account", account), ("@at", before.At), ("@id", before.Id), ("@limit", size + 1));
        LedgerPlace? next = rows.Count > size ? rows[size - 1].Place : null;
        var entries = new LedgerEntry[Math.Min(rows.Count, size)];
        var sums = entries.Length == 0 ? default : LedgerStretches.Before(connection, account, rows[entries.Length - 1].Place);
        for (var i = entries.Length - 1; i >= 0; i--)
        {
            sums = sums.After(rows[i].Entry.Purse, rows[i].Entry.Amount);
            entries[i] = rows[i].Entry with { FundsAfter = sums.Funds, PromoAfter = sums.Promo };
        }

        return (entries, next);
    }
}
