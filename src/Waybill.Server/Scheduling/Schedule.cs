using System.Globalization;
using Quartz;

namespace Waybill.Server.Scheduling;

/// <summary>When a job is due: at set times, a cron expression in Quartz's form (seconds first) that is read in a time zone; or in an interval.</summary>
internal sealed class Schedule
{
    private readonly CronExpression? _cron;
    private readonly TimeSpan _interval;

    private Schedule(CronExpression? cron, TimeSpan interval) => (_cron, _interval) = (cron, interval);

    /// <summary>The cron expression, or the interval.</summary>
    public string Text => _cron?.CronExpressionString ?? string.Create(CultureInfo.InvariantCulture, $"every {_interval.TotalMinutes:0.##} minutes");

    /// <summary>Any cron expression, as <c>0 0/5 * * * ?</c>.</summary>
    public static Schedule At(string cron, TimeZoneInfo zone) => new(new CronExpression(cron, zone), default);

    /// <summary>Every day at a time.</summary>
    public static Schedule Daily(TimeOnly at, TimeZoneInfo zone) => At(string.Create(CultureInfo.InvariantCulture, $"{at.Second} {at.Minute} {at.Hour} * * ?"), zone);

    /// <summary>Every month on a day, 1 to 28, at a time.</summary>
    public static Schedule Monthly(int day, TimeOnly at, TimeZoneInfo zone) =>
        At(string.Create(CultureInfo.InvariantCulture, $"{at.Second} {at.Minute} {at.Hour} {day} * ?"), zone);

    /// <summary>
    /// Again and again, by the time that passes since the start of the server: a time that fell into a downtime is not missed, and a clock that is set changes nothing.
    /// </summary>
    public static Schedule Every(TimeSpan interval) => new(null, interval);

    /// <summary>The interval; null for set times.</summary>
    public TimeSpan? Interval => _cron is null ? _interval : null;

    /// <summary>A trigger that fires at the set times.</summary>
    public ITrigger Trigger(string name, TimeProvider time) =>

        // A time that comes in this very second counts as missed: it is not to be done twice.
        TriggerBuilder.Create(time).WithIdentity(name).StartAt(time.GetUtcNow().AddSeconds(1))
            .WithSchedule(CronScheduleBuilder.Create(_cron!).WithMisfireInstruction(CronTriggerMisfireInstruction.FireAndProceed)).Build();

    /// <summary>The first time after <paramref name="time"/>; null when there is none any more.</summary>
    public DateTimeOffset? After(DateTimeOffset time) => _cron is null ? time + _interval : _cron.GetNextValidTimeAfter(time);

    /// <summary>The last time up to <paramref name="now"/> since one that is done with; null when none came.</summary>
    public DateTimeOffset? Missed(DateTimeOffset done, DateTimeOffset now)
    {
        // A clock that jumped may leave years between: the last one is found from this end.
        return _cron?.GetNextValidTimeAfter(done) is { } first && first <= now ? _cron.GetPreviousValidTimeBefore(now.AddSeconds(1)) ?? first : null;
    }
}
