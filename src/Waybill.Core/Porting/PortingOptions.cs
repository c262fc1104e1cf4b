namespace Waybill.Core.Porting;

/// <summary>What the configuration says of porting (<c>Porting</c>).</summary>
public sealed record PortingOptions
{
    /// <summary>How long letters of authority are kept from the day of the port on, at least: a year, as the industry's process asks.</summary>
    public const int ShortestLetterMonths = 12;

    /// <summary>Lead times besides the shipped ones; each holds from its first day on.</summary>
    public IReadOnlyList<LeadTimeTable> LeadTimes { get; init; } = [];

    /// <summary>Calendars besides the shipped one; each holds from its first day on.</summary>
    public IReadOnlyList<CalendarTable> Calendars { get; init; } = [];

    /// <summary>When work begins.</summary>
    public TimeOnly Opens { get; init; } = new(9, 0);

    /// <summary>From when on what is sent counts as sent on the next working day.</summary>
    public TimeOnly CutOff { get; init; } = new(17, 0);

    /// <summary>How many months letters of authority are kept from the day of the port on.</summary>
    public int LetterMonths { get; init; } = ShortestLetterMonths;

    /// <summary>The zone of the hours.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>The lead times that hold on a day.</summary>
    public LeadTimeTable LeadTimesAt(DateOnly day) => LeadTimes.Where(table => table.From <= day).MaxBy(static table => table.From) ?? LeadTimeTable.Shipped;
}
