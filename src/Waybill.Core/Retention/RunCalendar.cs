namespace Waybill.Core.Retention;

/// <summary>When the monthly runs are, and what is twelve months old then.</summary>
/// <param name="Day">The day of the month, 1 to 28: every month has it.</param>
/// <param name="At">The time of the day.</param>
/// <param name="Zone">In this time zone.</param>
public sealed record RunCalendar(int Day, TimeOnly At, TimeZoneInfo Zone)
{
    /// <summary>The first run at or after a time.</summary>
    public DateTimeOffset First(DateTimeOffset time)
    {
        var local = TimeZoneInfo.ConvertTime(time, Zone);
        for (var month = new DateTime(local.Year, local.Month, 1, 0, 0, 0, DateTimeKind.Unspecified); ; month = month.AddMonths(1))
        {
            var run = ToUtc(month.AddDays(Day - 1) + At.ToTimeSpan());
            if (run >= time)
            {
                return run;
            }
        }
    }

    /// <summary>What arrived at or before the result is as many months old at <paramref name="time"/>; months as the calendar of the zone counts them.</summary>
    public DateTimeOffset Cutoff(DateTimeOffset time, int months)
    {
        var local = TimeZoneInfo.ConvertTime(time, Zone).DateTime;
        return ToUtc(local.AddMonths(-months));
    }

    /// <summary>The last run that is in time for what arrived then: the one in the month after that in which it is so many months old.</summary>
    public DateTimeOffset Last(DateTimeOffset arrived, int months)
    {
        var turned = TimeZoneInfo.ConvertTime(arrived, Zone).DateTime.AddMonths(months + 1);
        return ToUtc(new DateTime(turned.Year, turned.Month, Day, 0, 0, 0, DateTimeKind.Unspecified) + At.ToTimeSpan());
    }

    /// <summary>When a clock of the zone shows the same time a day later: 23, 24 or 25 hours.</summary>
    public DateTimeOffset NextDay(DateTimeOffset time) => ToUtc(TimeZoneInfo.ConvertTime(time, Zone).DateTime.AddDays(1));

    private DateTimeOffset ToUtc(DateTime local)
    {
        // A time that the clocks skip in spring is taken as the one an hour later, of one that comes twice in autumn the second: never too early.
        if (Zone.IsInvalidTime(local))
        {
            local = local.AddHours(1);
        }

        var offset = Zone.IsAmbiguousTime(local) ? Zone.GetAmbiguousTimeOffsets(local).Min() : Zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }
}
