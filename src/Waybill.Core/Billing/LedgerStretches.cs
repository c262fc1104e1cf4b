using Waybill.Core.Database;

namespace Waybill.Core.Billing;

/// <summary>
/// Keeps the sums of a ledger, in the order of the times, for stretches of its entries: what is in both purses after an entry is that before its stretch and the few entries
/// up to it. So an entry that comes late with an early time changes its stretch and what was before each behind it, and no entry. Each sum is at most
/// <see cref="BillingLimits.Amount"/> either way, and not the last one alone: a statement shows all of them, and every program is to read them exactly.
/// </summary>
internal static class LedgerStretches
{
    /// <summary>Makes the sums right after entries came; says what they are at the end, or which is too large.</summary>
    /// <param name="connection">The transaction's.</param>
    /// <param name="account">The account, by its database number.</param>
    /// <param name="times">The times of those that came, the earliest first.</param>
    /// <param name="number">The account's number, for the problem.</param>
    public static Result<PurseSums> Settle(DatabaseConnection connection, long account, IReadOnlyList<long> times, string number)
    {
        var stretches = StretchSql.From(connection, account, StretchSql.Holding(connection, account, new LedgerPlace(times[0], long.MaxValue))?.First ?? LedgerPlace.Begin);
        if (stretches.Count == 0)
        {
            stretches.Add(new LedgerStretch(LedgerPlace.Begin, 0, default, default, default, default));
        }

        var (sums, came) = (stretches[0].Before, 0);
        for (var i = 0; i < stretches.Count; i++)
        {
            var (stretch, end) = (stretches[i], i + 1 < stretches.Count ? stretches[i + 1].First : LedgerPlace.End);

            // Of one time, those that came now stand behind those that were there: in the last stretch that begins no later.
            var before = came;
            while (came < times.Count && times[came] < end.At)
            {
                came++;
            }

            if (came == before && (sums + stretch.Low).AreAmounts && (sums + stretch.High).AreAmounts)
            {
                if (sums != stretch.Before)
                {
                    StretchSql.Move(connection, account, stretch.First, sums);
                }

                sums += stretch.Moved;
                continue;
            }

            // The first stretch can begin earlier now than it did.
            var entries = StretchSql.Entries(connection, account, i == 0 && times[0] < stretch.First.At ? LedgerPlace.Begin : stretch.First, end);
            var cut = Cut(connection, account, stretch.First, entries, sums, end == LedgerPlace.End, number);
            if (!cut.Succeeded)
            {
                return cut;
            }

            sums = cut.Value;
        }

        return sums;
    }

    /// <summary>What is in both purses before a place.</summary>
    public static PurseSums Before(DatabaseConnection connection, long account, LedgerPlace place) =>
        StretchSql.Holding(connection, account, place) is { } stretch ? stretch.Before + StretchSql.Sum(connection, account, stretch.First, place) : default;

    /// <summary>Cuts entries in a row into stretches, in place of the one that they were.</summary>
    private static Result<PurseSums> Cut(DatabaseConnection connection, long account, LedgerPlace old, List<StretchEntry> entries, PurseSums sums, bool areLast, string number)
    {
        StretchSql.Remove(connection, account, old);

        // At the end of the ledger stretches are filled, since more entries come there; elsewhere they get room for more.
        var pieces = (entries.Count + BillingLimits.Stretch - 1) / BillingLimits.Stretch;
        var size = areLast ? BillingLimits.Stretch : (entries.Count + pieces - 1) / pieces;
        foreach (var piece in entries.Chunk(size))
        {
            var (before, low, high) = (sums, new PurseSums(long.MaxValue, long.MaxValue), new PurseSums(long.MinValue, long.MinValue));
            foreach (var entry in piece)
            {
                // Of two numbers up to 2^53 the sum fits.
                sums = sums.After(entry.Purse, entry.Amount);
                if (!sums.AreAmounts)
                {
                    return Problem.Invalid(
                        $"The balance of account {number} after entry {StretchSql.NameOf(connection, entry.Place.Id)} would be more than {BillingLimits.Amount} minor units, which is the most at any time. Nothing was booked.");
                }

                (low, high) = (PurseSums.Lower(low, sums), PurseSums.Higher(high, sums));
            }

            StretchSql.Add(connection, account, new LedgerStretch(piece[0].Place, piece.Length, before, sums - before, low - before, high - before));
        }

        return sums;
    }
}
