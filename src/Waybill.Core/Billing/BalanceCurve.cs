using Waybill.Core.Database;

namespace Waybill.Core.Billing;

/// <summary>How a balance went, by days of a time zone.</summary>
internal static class BalanceCurve
{
    /// <summary>Every time zone's days begin at one of these.</summary>
    private const long Quarter = 15 * 60 * 1000;

    /// <summary>The last days up to now, each with its end.</summary>
    public static IReadOnlyList<(DateOnly Day, DateTimeOffset End)> DayEnds(DateTimeOffset now, int days, TimeZoneInfo zone)
    {
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);
        return [.. Enumerable.Range(0, days).Select(index => today.AddDays(index - days + 1)).Select(day => (day, Begin(day.AddDays(1), zone)))];
    }

    /// <summary>The sums at those ends.</summary>
    public static IReadOnlyList<BalancePoint> Read(DatabaseConnection connection, long account, IReadOnlyList<(DateOnly Day, DateTimeOffset End)> ends)
    {
        // By quarters of an hour: no more rows than there are of those, however many entries.
        var changes = connection.All(
            $"""
            SELECT max(at / {Quarter}, @first) AS quarter, sum(amount) FILTER (WHERE purse = 'funds'), sum(amount) FILTER (WHERE purse = 'promo')
            FROM ledger_entry WHERE account_id = @account GROUP BY 1 ORDER BY 1
            """,
            static row => (Quarter: row.GetInt64(0), Funds: row.IsDBNull(1) ? 0 : row.GetInt64(1), Promo: row.IsDBNull(2) ? 0 : row.GetInt64(2)),
            ("@account", account), ("@first", (ends[0].End.ToColumn() / Quarter) - 1));
        List<BalancePoint> points = [];
        var (funds, promo, next) = (0L, 0L, 0);
        foreach (var (day, end) in ends)
        {
            for (; next < changes.Count && changes[next].Quarter * Quarter < end.ToColumn(); next++)
            {
                (funds, promo) = (funds + changes[next].Funds, promo + changes[next].Promo);
            }

            points.Add(new BalancePoint(day, funds, promo));
        }

        return points;
    }

    /// <summary>When a day begins; where the clocks skip midnight, a little later.</summary>
    private static DateTimeOffset Begin(DateOnly day, TimeZoneInfo zone)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        while (zone.IsInvalidTime(midnight))
        {
            midnight = midnight.AddMinutes(15);
        }

        return new DateTimeOffset(midnight, zone.IsAmbiguousTime(midnight) ? zone.GetAmbiguousTimeOffsets(midnight).Max() : zone.GetUtcOffset(midnight));
    }
}
