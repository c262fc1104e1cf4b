using System.Globalization;
using Quartz;

namespace Waybill.Server.Scheduling;

/// <summary>Set times: a cron expression in Quartz's form (seconds first), read in a time zone.</summary>
internal sealed class Schedule
{
    private Schedule(CronExpression cron) => Cron = cron;

    public CronExpression Cron { get; }

    /// <summary>Any cron expression, as <c>0 0/5 * * * ?</c>.</summary>
    public static Schedule At(string cron, TimeZoneInfo zone) => new(new CronExpression(cron, zone));

    /// <summary>Every day at a time.</summary>
    public static Schedule Daily(TimeOnly at, TimeZoneInfo zone) => At(string.Create(CultureInfo.InvariantCulture, $"{at.Second} {at.Minute} {at.Hour} * * ?"), zone);

    /// <summary>Every month on a day, 1 to 28, at a time.</summary>
    public static Schedule Monthly(int day, TimeOnly at, TimeZoneInfo zone) =>
        At(string.Create(CultureInfo.InvariantCulture, $"{at.Second} {at.Minute} {at.Hour} {day} * ?"), zone);

    /// <summary>The first time after <paramref name="time"/>; null when there is none any more.</summary>
    public DateTimeOffset? After(DateTimeOffset time) => Cron.GetNextValidTimeAfter(time);

    /// <summary>The last time up to <paramref name="now"/> since one that is done with; null when none came.</summary>
    public DateTimeOffset? Missed(DateTimeOffset done, DateTimeOffset now)
    {
        // A clock that jumped may leave years between: the last one is found from this end.
        return Cron.GetNextValidTimeAfter(done) is { } first && first <= now ? Cron.GetPreviousValidTimeBefore(now.AddSeconds(1)) ?? first : null;
    }
}
