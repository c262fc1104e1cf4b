namespace Waybill.Core.Porting;

/// <summary>Computes the bank holidays of a year.</summary>
internal static class HolidayDates
{
    /// <summary>
    /// The days of a year on which the rules of one nation fall. Those with a date that fall on a weekend are kept on the next weekday that is no holiday itself; they
    /// stay in their year, since none is so late in it.
    /// </summary>
    public static IReadOnlyList<BankHoliday> Of(int year, IReadOnlyList<HolidayRule> rules)
    {
        var days = rules.Distinct().Select(rule => (Rule: rule, Day: On(rule, year))).OrderBy(static holiday => holiday.Day).ToList();
        HashSet<DateOnly> taken = [.. days.Where(static holiday => !IsWeekend(holiday.Day)).Select(static holiday => holiday.Day)];
        List<BankHoliday> holidays = [];
        foreach (var (rule, day) in days)
        {
            var kept = day;
            while (IsWeekend(kept) || (kept != day && !taken.Add(kept)))
            {
                kept = kept.AddDays(1);
            }

            holidays.Add(new BankHoliday(kept, rule.Show()));
        }

        return holidays;
    }

    public static bool IsWeekend(DateOnly day) => day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;

    /// <summary>Easter Sunday by the Gregorian computus (the algorithm of Meeus, Jones and Butcher).</summary>
    public static DateOnly Easter(int year)
    {
        var (golden, century, inCentury) = (year % 19, year / 100, year % 100);
        var moon = ((19 * golden) + century - (century / 4) - ((century - ((century + 8) / 25) + 1) / 3) + 15) % 30;
        var weekday = (32 + (2 * (century % 4)) + (2 * (inCentury / 4)) - moon - (inCentury % 4)) % 7;
        var correction = (golden + (11 * moon) + (22 * weekday)) / 451;
        var sum = moon + weekday - (7 * correction) + 114;
        return new DateOnly(year, sum / 31, (sum % 31) + 1);
    }

    private static DateOnly On(HolidayRule rule, int year) => rule switch
    {
        HolidayRule.NewYear => new DateOnly(year, 1, 1),
        HolidayRule.SecondJanuary => new DateOnly(year, 1, 2),
        HolidayRule.SaintPatrick => new DateOnly(year, 3, 17),
        HolidayRule.GoodFriday => Easter(year).AddDays(-2),
        HolidayRule.EasterMonday => Easter(year).AddDays(1),
        HolidayRule.EarlyMay => Monday(new DateOnly(year, 5, 1)),
        HolidayRule.Spring => Monday(new DateOnly(year, 5, 25)),
        HolidayRule.Boyne => new DateOnly(year, 7, 12),
        HolidayRule.SummerFirst => Monday(new DateOnly(year, 8, 1)),
        HolidayRule.SummerLast => Monday(new DateOnly(year, 8, 25)),
        HolidayRule.SaintAndrew => new DateOnly(year, 11, 30),
        HolidayRule.Christmas => new DateOnly(year, 12, 25),
        _ => new DateOnly(year, 12, 26),
    };

    /// <summary>The first Monday at a day or after it.</summary>
    private static DateOnly Monday(DateOnly from) => from.AddDays(((int)DayOfWeek.Monday - (int)from.DayOfWeek + 7) % 7);
}
