using Waybill.Core.Database;

namespace Waybill.Core.Billing;

/// <summary>Pages of a ledger.</summary>
internal static class LedgerPages
{
    /// <summary>Entries before a place, the latest first, each with what is in both purses after it; and where the next page begins, if there is one.</summary>
    public static (IReadOnlyList<LedgerEntry> Entries, LedgerPlace? Next) Read(DatabaseConnection connection, long account, int size, LedgerPlace before)
    {
        var rows = Rows(connection, account, size + 1, before, long.MaxValue);
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

    /// <summary>The same of a ledger as it was at the first page: what came since, which may stand before entries that are still to be read, is not in it.</summary>
    public static (IReadOnlyList<LedgerEntry> Entries, LedgerMark? Next) ReadOn(DatabaseConnection connection, long account, int size, LedgerMark? from)
    {
        var mark = from ?? new LedgerMark(LedgerPlace.End, BalanceSql.LastEntry(connection), LedgerStretches.Before(connection, account, LedgerPlace.End));
        var rows = Rows(connection, account, size + 1, mark.Before, mark.Last);
        var entries = new LedgerEntry[Math.Min(rows.Count, size)];
        var sums = mark.Sums;
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = rows[i].Entry with { FundsAfter = sums.Funds, PromoAfter = sums.Promo };
            sums = sums.After(rows[i].Entry.Purse, -rows[i].Entry.Amount);
        }

        return (entries, rows.Count > size ? new LedgerMark(rows[size - 1].Place, mark.Last, sums) : null);
    }

    private static List<(LedgerEntry Entry, LedgerPlace Place)> Rows(DatabaseConnection connection, long account, int limit, LedgerPlace before, long last) => connection.All(
        BalanceSql.PageStatement, static row => (BalanceSql.ReadEntry(row), new LedgerPlace(row.GetInt64(4), row.GetInt64(9))),
        ("@account", account), ("@at", before.At), ("@id", before.Id), ("@last", last), ("@limit", limit));
}

/// <summary>Where a ledger is read on that is read as it was.</summary>
/// <param name="Before">The entries before this place are still to be read.</param>
/// <param name="Last">The last entry that came before the reading began, of whatever account.</param>
/// <param name="Sums">What was in both purses before that place.</param>
internal readonly record struct LedgerMark(LedgerPlace Before, long Last, PurseSums Sums);
