namespace Waybill.Core.Porting;

/// <summary>
/// Days on which porting is worked on at a place: Monday to Friday without the bank holidays of England and Wales, where the desks of the providers are, and without
/// those of the place's own nation.
/// </summary>
/// <param name="tables">The calendars besides the shipped one; of several that hold, the one with the latest first day.</param>
/// <param name="oneOff">Days that are otherwise.</param>
public sealed class WorkingDays(IReadOnlyList<CalendarTable> tables, IReadOnlyList<OneOffDay> oneOff)
{
    /// <summary>Whether a day is worked on.</summary>
    public bool IsWorking(DateOnly day, Nation nation) => !HolidayDates.IsWeekend(day) && Holiday(day, nation) is null;

    /// <summary>Why a weekday is not worked on; null where it is.</summary>
    public BankHoliday? Holiday(DateOnly day, Nation nation) => InOne(day, Nation.England) ?? (nation == Nation.England ? null : InOne(day, nation));

    /// <summary>The day that is so many working days after another; for none, the day itself or the next that is worked on.</summary>
    public DateOnly Add(DateOnly day, int count, Nation nation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var at = OnOrAfter(day, nation);
        for (; count > 0; count--)
        {
            at = OnOrAfter(at.AddDays(1), nation);
        }

        return at;
    }

    /// <summary>The first day at a day or after it that is worked on.</summary>
    public DateOnly OnOrAfter(DateOnly day, Nation nation)
    {
        while (!IsWorking(day, nation))
        {
            day = day.AddDays(1);
        }

        return day;
    }

    /// <summary>The holidays of one nation in a year, by day; weekends among them are left out.</summary>
    public IReadOnlyList<BankHoliday> Of(int year, Nation nation)
    {
        var from = new DateOnly(year, 1, 1);
        return [.. Enumerable.Range(0, DateTime.IsLeapYear(year) ? 366 : 365).Select(index => InOne(from.AddDays(index), nation)).OfType<BankHoliday>().Where(static holiday => !HolidayDates.IsWeekend(holiday.Day))];
    }

    private BankHoliday? InOne(DateOnly day, Nation nation)
    {
        if (oneOff.FirstOrDefault(one => one.Day == day && one.Nation == nation) is { } own)
        {
            return own.IsHoliday ? new BankHoliday(day, own.Name) : null;
        }

        if (oneOff.FirstOrDefault(one => one.Day == day && one.Nation is null) is { } shared)
        {
            return shared.IsHoliday ? new BankHoliday(day, shared.Name) : null;
        }

        var table = tables.Where(table => table.From <= day).MaxBy(static table => table.From) ?? CalendarTable.Shipped;
        return HolidayDates.Of(day.Year, table.Of(nation)).FirstOrDefault(holiday => holiday.Day == day);
    }
}
