using Waybill.Core.Database;

namespace Waybill.Core.Billing;

/// <summary>How a balance went, by days of a time zone.</summary>
internal static class BalanceCurve
{
    /// <summary>The last days up to now, each with its end.</summary>
    public static IReadOnlyList<(DateOnly Day, DateTimeOffset End)> DayEnds(DateTimeOffset now, int days, TimeZoneInfo zone)
    {
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);
        return [.. Enumerable.Range(0, days).Select(index => today.AddDays(index - days + 1)).Select(day => (day, Begin(day.AddDays(1), zone)))];
    }

    /// <summary>The sums at those ends: one look into the index for each, however long the ledger is.</summary>
    public static IReadOnlyList<BalancePoint> Read(DatabaseConnection connection, long account, IReadOnlyList<(DateOnly Day, DateTimeOffset End)> ends)
    {
        // Entries that come between two looks would show a state that never was: one transaction of the reader sees one.
        connection.Execute("BEGIN");
        try
        {
            List<BalancePoint> points = [];
            foreach (var (day, end) in ends)
            {
                var (funds, promo) = BalanceSql.Before(connection, account, end);
                points.Add(new BalancePoint(day, funds, promo));
            }

            return points;
        }
        finally
        {
            connection.Execute("COMMIT");
        }
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
