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

    /// <summary>The sums at those ends: a look into the index for each, however long the ledger is.</summary>
    public static IReadOnlyList<BalancePoint> Read(DatabaseConnection connection, long account, IReadOnlyList<(DateOnly Day, DateTimeOffset End)> ends)
    {
        List<BalancePoint> points = [];
        foreach (var (day, end) in ends)
        {
            var sums = LedgerStretches.Before(connection, account, new LedgerPlace(end.ToColumn(), long.MinValue));
            points.Add(new BalancePoint(day, sums.Funds, sums.Promo));
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
