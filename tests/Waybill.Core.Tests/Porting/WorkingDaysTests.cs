using System.Globalization;
using Waybill.Core.Porting;

namespace Waybill.Core.Tests.Porting;

/// <summary>Bank holidays of the nations, as the government lists them, and what one counts with them.</summary>
public sealed class WorkingDaysTests
{
    private static readonly WorkingDays Plain = new([], []);

    [Theory]
    [InlineData("2000-04-23")]
    [InlineData("2008-03-23")]
    [InlineData("2011-04-24")]
    [InlineData("2019-04-21")]
    [InlineData("2024-03-31")]
    [InlineData("2026-04-05")]
    [InlineData("2027-03-28")]
    [InlineData("2038-04-25")]
    [InlineData("2076-04-19")]
    [InlineData("2285-03-22")]
    public void Easter_is_where_the_church_has_it(string day) => Assert.Equal(Day(day), HolidayDates.Easter(Day(day).Year));

    [Theory]
    [InlineData(Nation.England, "2024-01-01 2024-03-29 2024-04-01 2024-05-06 2024-05-27 2024-08-26 2024-12-25 2024-12-26")]
    [InlineData(Nation.England, "2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-28")]
    [InlineData(Nation.England, "2027-01-01 2027-03-26 2027-03-29 2027-05-03 2027-05-31 2027-08-30 2027-12-27 2027-12-28")]
    [InlineData(Nation.Scotland, "2024-01-01 2024-01-02 2024-03-29 2024-05-06 2024-05-27 2024-08-05 2024-12-02 2024-12-25 2024-12-26")]
    [InlineData(Nation.Scotland, "2026-01-01 2026-01-02 2026-04-03 2026-05-04 2026-05-25 2026-08-03 2026-11-30 2026-12-25 2026-12-28")]
    [InlineData(Nation.Scotland, "2028-01-03 2028-01-04 2028-04-14 2028-05-01 2028-05-29 2028-08-07 2028-11-30 2028-12-25 2028-12-26")]
    [InlineData(Nation.NorthernIreland, "2024-01-01 2024-03-18 2024-03-29 2024-04-01 2024-05-06 2024-05-27 2024-07-12 2024-08-26 2024-12-25 2024-12-26")]
    [InlineData(Nation.NorthernIreland, "2026-01-01 2026-03-17 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-07-13 2026-08-31 2026-12-25 2026-12-28")]
    public void Each_nation_has_its_holidays_and_their_substitutes(Nation nation, string days)
    {
        var expected = days.Split(' ').Select(Day).ToList();
        Assert.Equal(expected, Plain.Of(expected[0].Year, nation).Select(static holiday => holiday.Day));
    }

    [Fact]
    public void A_new_year_that_begins_on_a_Sunday_pushes_two_days_in_Scotland_and_one_in_England()
    {
        // The government's list of 2023, without the coronation.
        Assert.Equal([Day("2023-01-02"), Day("2023-01-03"), Day("2023-04-07")], Plain.Of(2023, Nation.Scotland).Take(3).Select(static holiday => holiday.Day));
        Assert.Equal([Day("2023-01-02"), Day("2023-04-07")], Plain.Of(2023, Nation.England).Take(2).Select(static holiday => holiday.Day));
    }

    [Fact]
    public void One_off_days_add_and_take_away()
    {
        // 2022: spring's holiday was moved for the jubilee, and a king was mourned.
        var days = new WorkingDays(
            [],
            [
                new OneOffDay(Day("2022-05-30"), null, IsHoliday: false, "moved to the jubilee"), new OneOffDay(Day("2022-06-02"), null, IsHoliday: true, "spring"),
                new OneOffDay(Day("2022-06-03"), null, IsHoliday: true, "platinum jubilee"), new OneOffDay(Day("2022-09-19"), null, IsHoliday: true, "state funeral"),
                new OneOffDay(Day("2022-09-19"), Nation.Scotland, IsHoliday: false, "not here"),
            ]);
        Assert.Equal(
            "2022-01-03 2022-04-15 2022-04-18 2022-05-02 2022-06-02 2022-06-03 2022-08-29 2022-09-19 2022-12-26 2022-12-27".Split(' ').Select(Day),
            days.Of(2022, Nation.England).Select(static holiday => holiday.Day));
        Assert.DoesNotContain(days.Of(2022, Nation.Scotland), static holiday => holiday.Day == Day("2022-09-19"));

        // England's desks are closed wherever the numbers are.
        Assert.False(days.IsWorking(Day("2022-09-19"), Nation.Scotland));
        Assert.Equal("platinum jubilee", days.Holiday(Day("2022-06-03"), Nation.NorthernIreland)?.Name);
    }

    [Fact]
    public void A_weekend_is_not_worked_on_whatever_a_list_says() =>
        Assert.False(new WorkingDays([], [new OneOffDay(Day("2026-11-21"), null, IsHoliday: false, "stock-taking")]).IsWorking(Day("2026-11-21"), Nation.England));

    [Fact]
    public void The_place_counts_besides_England()
    {
        // Saint Andrew and the Boyne are worked on in England; Easter Monday is no holiday of Scotland, and not worked on all the same.
        Assert.Equal((true, false), (Plain.IsWorking(Day("2026-11-30"), Nation.England), Plain.IsWorking(Day("2026-11-30"), Nation.Scotland)));
        Assert.Equal((true, false), (Plain.IsWorking(Day("2026-07-13"), Nation.Scotland), Plain.IsWorking(Day("2026-07-13"), Nation.NorthernIreland)));
        Assert.False(Plain.IsWorking(Day("2026-04-06"), Nation.Scotland));
    }

    [Fact]
    public void A_calendar_holds_from_its_first_day_on()
    {
        var later = CalendarTable.Shipped with { From = Day("2027-06-01"), England = [.. CalendarTable.Shipped.England.Where(static rule => rule != HolidayRule.SummerLast), HolidayRule.SaintAndrew] };
        var days = new WorkingDays([later, CalendarTable.Shipped with { From = Day("2020-01-01") }], []);
        Assert.Equal("2027-01-01 2027-03-26 2027-03-29 2027-05-03 2027-05-31 2027-11-30 2027-12-27 2027-12-28".Split(' ').Select(Day), days.Of(2027, Nation.England).Select(static holiday => holiday.Day));
        Assert.Contains(days.Of(2026, Nation.England), static holiday => holiday.Day == Day("2026-08-31"));
    }

    internal static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
