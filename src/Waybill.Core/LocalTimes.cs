using System.Globalization;

namespace Waybill.Core;

/// <summary>Times of the day in a zone, whatever its clocks do.</summary>
internal static class LocalTimes
{
    /// <summary>
    /// The instant of a local time. One that the clocks leave out (02:30 in spring) is as long after the change as it would have been after the hour before; of
    /// one that comes twice (02:30 in autumn) it is the first.
    /// </summary>
    public static DateTimeOffset At(DateOnly day, TimeOnly time, TimeZoneInfo zone)
    {
        var local = day.ToDateTime(time);
        if (zone.IsAmbiguousTime(local))
        {
            return new DateTimeOffset(local, zone.GetAmbiguousTimeOffsets(local).Max());
        }

        if (zone.IsInvalidTime(local))
        {
            // The offset of before the change, so that the clock then shows 03:30.
            return new DateTimeOffset(local, zone.GetUtcOffset(local.AddDays(-1)));
        }

        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }

    /// <summary>The first time that the clocks of a zone show <paramref name="time"/> after an instant.</summary>
    public static DateTimeOffset Next(DateTimeOffset after, TimeOnly time, TimeZoneInfo zone)
    {
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(after, zone).DateTime).AddDays(-1);
        while (At(day, time, zone) <= after)
        {
            day = day.AddDays(1);
        }

        return At(day, time, zone);
    }

    /// <summary>A time for a person: local, with the offset, since an hour comes twice in autumn.</summary>
    public static string Show(DateTimeOffset time, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(time, zone).ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture);

    /// <summary>How a time stands in an event's body; mails show it in the recipient's zone.</summary>
    public static string ToEvent(this DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
