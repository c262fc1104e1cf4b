namespace Waybill.Core.Porting;

/// <summary>When an order counts from, how early its numbers can come, and by when it is answered.</summary>
/// <param name="days">The calendar.</param>
/// <param name="options">Lead times and hours.</param>
public sealed class PortingClock(WorkingDays days, PortingOptions options)
{
    /// <summary>The calendar.</summary>
    public WorkingDays Days => days;

    /// <summary>The day that an order counts from: that on which it is sent, or the next that is worked on where it comes too late or on a day off.</summary>
    public DateOnly Begin(DateTimeOffset sent, Nation nation)
    {
        var local = TimeZoneInfo.ConvertTime(sent, options.Zone).DateTime;
        var day = DateOnly.FromDateTime(local);
        return days.OnOrAfter(TimeOnly.FromDateTime(local) < options.CutOff ? day : day.AddDays(1), nation);
    }

    /// <summary>The lead time of an order that is sent now, and the first day on which its numbers can come.</summary>
    public (LeadTime Row, DateOnly Earliest) Earliest(DateTimeOffset sent, Nation nation, LineType line, bool isGeographic, long numbers, bool? isRangeHolder)
    {
        var begin = Begin(sent, nation);
        var row = options.LeadTimesAt(begin).Of(line, isGeographic, numbers);
        return (row, days.Add(begin, row.Days(isRangeHolder), nation));
    }

    /// <summary>By when an order is answered: so many working days after it was sent, at the same time of the day within the hours that are worked.</summary>
    public DateTimeOffset AnswerDue(DateTimeOffset sent, Nation nation, int answerDays)
    {
        var local = TimeZoneInfo.ConvertTime(sent, options.Zone).DateTime;
        var begin = Begin(sent, nation);
        var time = begin == DateOnly.FromDateTime(local) && TimeOnly.FromDateTime(local) > options.Opens ? TimeOnly.FromDateTime(local) : options.Opens;
        return LocalTimes.At(days.Add(begin, answerDays, nation), time, options.Zone);
    }
}
