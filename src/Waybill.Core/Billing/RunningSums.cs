using Waybill.Core.Database;

namespace Waybill.Core.Billing;

/// <summary>
/// Keeps with each entry what is in both purses after it, in the order of the times. Each of these sums is at most <see cref="BillingLimits.Amount"/> either way, and not the
/// last one alone: a statement shows all of them, and every program is to read them exactly.
/// </summary>
internal static class RunningSums
{
    /// <summary>Makes the sums from a time on right, after entries came; says what they are at the end, or which is too large.</summary>
    /// <param name="connection">The transaction's.</param>
    /// <param name="account">The account, by its database number.</param>
    /// <param name="from">The earliest time that came.</param>
    /// <param name="number">The account's number, for the problem.</param>
    public static Result<(long Funds, long Promo)> Settle(DatabaseConnection connection, long account, DateTimeOffset from, string number)
    {
        var (funds, promo) = BalanceSql.Before(connection, account, from);
        for (var (at, id) = (from.ToColumn() - 1, long.MaxValue); ;)
        {
            var rows = BalanceSql.From(connection, account, at, id, BillingLimits.Together);
            foreach (var row in rows)
            {
                // Of two numbers up to 2^53 the sum fits.
                (funds, promo) = row.Purse == Purse.Funds ? (funds + row.Amount, promo) : (funds, promo + row.Amount);
                if (!BillingLimits.IsAmount(funds) || !BillingLimits.IsAmount(promo))
                {
                    return Problem.Invalid(
                        $"The balance of account {number} after entry {row.Name} would be more than {BillingLimits.Amount} minor units, which is the most at any time. Nothing was booked.");
                }

                if ((row.Funds, row.Promo) != (funds, promo))
                {
                    BalanceSql.SetAfter(connection, row.Id, funds, promo);
                }
            }

            if (rows.Count < BillingLimits.Together)
            {
                return (funds, promo);
            }

            (at, id) = (rows[^1].At, rows[^1].Id);
        }
    }
}
