using System.Globalization;
using Waybill.Core.Porting;

namespace Waybill.Core.Tests.Porting;

/// <summary>Lead times in working days, and by when orders are answered.</summary>
public sealed class PortingClockTests
{
    private static readonly PortingOptions London = new() { Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/London") };
    private static readonly PortingClock Clock = new(new WorkingDays([], []), London);

    // Range holder, then subsequent, as the industry's table has them.
    [Theory]
    [InlineData(LineType.SingleLine, true, 1, 4, 7, 1)]
    [InlineData(LineType.SingleLine, true, 10, 4, 7, 1)]
    [InlineData(LineType.SingleLine, true, 11, 14, 17, 1)]
    [InlineData(LineType.MultiLine, true, 2, 7, 10, 2)]
    [InlineData(LineType.MultiLine, true, 29, 7, 10, 2)]
    [InlineData(LineType.MultiLine, true, 30, 10, 13, 2)]
    [InlineData(LineType.MultiLine, true, 31, 10, 13, 2)]
    [InlineData(LineType.MultiLine, true, 150, 10, 13, 2)]
    [InlineData(LineType.MultiLine, true, 151, 17, 20, 2)]
    [InlineData(LineType.MultiLine, true, 152, 17, 20, 2)]
    [InlineData(LineType.Ddi, true, 10, 10, 13, 2)]
    [InlineData(LineType.Ddi, true, 151, 17, 20, 2)]
    [InlineData(LineType.PartOfDdi, true, 5, 22, 25, 2)]
    [InlineData(LineType.PartOfDdi, true, 500, 22, 25, 2)]
    [InlineData(LineType.SingleLine, false, 1, 7, 10, 2)]
    [InlineData(LineType.MultiLine, false, 200, 7, 10, 2)]
    public void Each_installation_has_its_lead_time(LineType line, bool isGeographic, int numbers, int holder, int subsequent, int answer)
    {
        var row = LeadTimeTable.Shipped.Of(line, isGeographic, numbers);
        Assert.Equal((holder, subsequent, answer), (row.Days(true), row.Days(false), row.AnswerDays));
        Assert.Equal(subsequent, row.Days(null));
    }

    // The 31st of March 2026 is the Tuesday before Easter; 2026 ends with a Thursday, and its Boxing Day is kept on Monday the 28th.
    [Theory]
    [InlineData("2026-03-31 10:00", Nation.England, LineType.SingleLine, 1, true, "2026-04-08")]
    [InlineData("2026-03-31 10:00", Nation.England, LineType.SingleLine, 1, false, "2026-04-13")]
    [InlineData("2026-03-31 10:00", Nation.Scotland, LineType.SingleLine, 1, true, "2026-04-08")]
    [InlineData("2026-04-02 17:00", Nation.England, LineType.SingleLine, 1, true, "2026-04-13")]
    [InlineData("2026-04-04 10:00", Nation.England, LineType.MultiLine, 5, true, "2026-04-16")]
    [InlineData("2026-12-21 10:00", Nation.England, LineType.SingleLine, 1, true, "2026-12-29")]
    [InlineData("2026-12-21 10:00", Nation.England, LineType.SingleLine, 1, false, "2027-01-04")]
    [InlineData("2026-12-21 10:00", Nation.Scotland, LineType.SingleLine, 1, false, "2027-01-05")]
    [InlineData("2026-12-21 10:00", Nation.NorthernIreland, LineType.SingleLine, 1, false, "2027-01-04")]
    [InlineData("2026-12-24 16:59", Nation.England, LineType.MultiLine, 150, true, "2027-01-12")]
    [InlineData("2026-12-24 17:00", Nation.England, LineType.MultiLine, 150, true, "2027-01-13")]
    [InlineData("2026-12-31 23:30", Nation.Scotland, LineType.PartOfDdi, 20, true, "2027-02-04")]
    [InlineData("2026-12-31 23:30", Nation.England, LineType.PartOfDdi, 20, true, "2027-02-03")]
    [InlineData("2027-12-23 09:00", Nation.England, LineType.SingleLine, 11, true, "2028-01-17")]
    [InlineData("2026-07-08 09:00", Nation.NorthernIreland, LineType.SingleLine, 1, true, "2026-07-15")]
    [InlineData("2026-07-08 09:00", Nation.England, LineType.SingleLine, 1, true, "2026-07-14")]
    [InlineData("2026-11-26 09:00", Nation.Scotland, LineType.SingleLine, 1, true, "2026-12-03")]
    public void The_first_day_is_so_many_working_days_after_the_order(string sent, Nation nation, LineType line, int numbers, bool isHolder, string earliest) =>
        Assert.Equal(WorkingDaysTests.Day(earliest), Clock.Earliest(At(sent), nation, line, isGeographic: true, numbers, isHolder).Earliest);

    [Theory]
    [InlineData("2026-11-20 11:30", 1, "2026-11-23 11:30")]
    [InlineData("2026-11-20 07:30", 1, "2026-11-23 09:00")]
    [InlineData("2026-11-20 17:00", 1, "2026-11-24 09:00")]
    [InlineData("2026-11-21 11:30", 2, "2026-11-25 09:00")]
    [InlineData("2026-12-24 11:00", 1, "2026-12-29 11:00")]
    [InlineData("2026-12-24 18:00", 2, "2026-12-31 09:00")]
    [InlineData("2026-10-23 11:00", 1, "2026-10-26 11:00")]
    public void An_order_is_answered_so_many_working_days_after_it(string sent, int days, string due) => Assert.Equal(At(due), Clock.AnswerDue(At(sent), Nation.England, days));

    [Fact]
    public void Lead_times_hold_from_their_first_day_on()
    {
        var faster = LeadTimeTable.Shipped with { From = WorkingDaysTests.Day("2027-01-01"), Rows = [.. LeadTimeTable.Shipped.Rows.Select(static row => row with { RangeHolderDays = 1, SubsequentDays = 1 })] };
        var clock = new PortingClock(new WorkingDays([], []), London with { LeadTimes = [faster] });
        Assert.Equal(WorkingDaysTests.Day("2027-01-07"), clock.Earliest(At("2026-12-31 10:00"), Nation.England, LineType.SingleLine, true, 1, true).Earliest);

        // Sent in the old year, and too late in it: it counts from the first working day of the new one.
        Assert.Equal(WorkingDaysTests.Day("2027-01-05"), clock.Earliest(At("2026-12-31 17:00"), Nation.England, LineType.SingleLine, true, 1, true).Earliest);
    }

    private static DateTimeOffset At(string local)
    {
        var time = DateTime.ParseExact(local, "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        return new DateTimeOffset(time, London.Zone.GetUtcOffset(time));
    }
}
