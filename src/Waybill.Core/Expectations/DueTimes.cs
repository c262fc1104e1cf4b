namespace Waybill.Core.Expectations;

/// <summary>The due times of an expectation, on the days and by the clocks of its zone.</summary>
internal sealed class DueTimes(TimeOnly by, Weekdays days, TimeZoneInfo zone)
{
    private const int Week = 7;

    /// <summary>The first one after an instant.</summary>
    public DateTimeOffset After(DateTimeOffset instant) => At(DayAfter(instant));

    /// <summary>The day of the first one after an instant.</summary>
    public DateOnly DayAfter(DateTimeOffset instant)
    {
        // A due time of the day before can still be ahead: one that the clocks leave out falls into the next hour, which may be the next day's first.
        for (var day = Day(instant).AddDays(-1); ; day = day.AddDays(1))
        {
            if (On(day) is { } due && due > instant)
            {
                return day;
            }
        }
    }

    /// <summary>The next day on which there is one.</summary>
    public DateOnly DayAfter(DateOnly day)
    {
        do
        {
            day = day.AddDays(1);
        }
        while (!days.Has(day.DayOfWeek));
        return day;
    }

    /// <summary>The due time of a day.</summary>
    public DateTimeOffset At(DateOnly day) => LocalTimes.At(day, by, zone);

    /// <summary>The last one before an instant.</summary>
    public DateTimeOffset Before(DateTimeOffset instant)
    {
        var day = Day(instant);
        for (var offset = 1; ; offset--)
        {
            if (On(day.AddDays(offset)) is { } due && due < instant)
            {
                return due;
            }
        }
    }

    /// <summary>Until when a file counts as a late one of a due time: half way to the next one. What comes later is an early one of that.</summary>
    public DateTimeOffset LateUntil(DateTimeOffset due) => due + ((After(due) - due) / 2);

    /// <summary>The longest time between two due times.</summary>
    public static TimeSpan Longest => TimeSpan.FromDays(Week + 1);

    private DateOnly Day(DateTimeOffset instant) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, zone).DateTime);

    private DateTimeOffset? On(DateOnly day) => days.Has(day.DayOfWeek) ? At(day) : null;
}
