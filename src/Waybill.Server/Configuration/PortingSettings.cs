using System.Globalization;
using Waybill.Core.Porting;

namespace Waybill.Server.Configuration;

/// <summary>What the configuration says of porting; what cannot work is refused with the reason.</summary>
internal static class PortingSettings
{
    private const int LongestLetterMonths = 120;
    private const int MostDays = 60;
    private const int MostTables = 20;

    public static PortingOptions Options(WaybillConfiguration configuration)
    {
        var section = configuration.Porting;
        if (section.LetterMonths is < PortingOptions.ShortestLetterMonths or > LongestLetterMonths)
        {
            throw new CommandException($"Porting:LetterMonths: {section.LetterMonths} is out of range; {PortingOptions.ShortestLetterMonths} to {LongestLetterMonths}: letters of authority are kept for a year");
        }

        var (opens, cutOff) = (Time("Opens", section.Opens), Time("CutOff", section.CutOff));
        if (cutOff <= opens)
        {
            throw new CommandException("Porting:CutOff: it is not after Opens; work ends after it began");
        }

        return section.LeadTimes.Count > MostTables || section.Calendars.Count > MostTables
            ? throw new CommandException($"Porting: there are more than {MostTables} tables of lead times or calendars; leave those out that are long over")
            : new PortingOptions
            {
                Opens = opens, CutOff = cutOff, LetterMonths = section.LetterMonths, Zone = NotificationSettings.Zone(configuration),
                LeadTimes = [.. section.LeadTimes.Select(static table => Table(table))], Calendars = [.. section.Calendars.Select(static calendar => Table(calendar))],
            };
    }

    private static LeadTimeTable Table(LeadTimesSection section)
    {
        var shipped = LeadTimeTable.Shipped;
        var texts = new Dictionary<InstallationKind, string?>
        {
            [InstallationKind.SingleLine] = section.SingleLine, [InstallationKind.SingleLines] = section.SingleLines, [InstallationKind.MultiSmall] = section.MultiSmall, [InstallationKind.MultiMedium] = section.MultiMedium,
            [InstallationKind.MultiLarge] = section.MultiLarge, [InstallationKind.PartOfRange] = section.PartOfRange, [InstallationKind.NonGeographic] = section.NonGeographic,
        };
        var table = shipped with
        {
            From = Day("LeadTimes", section.From), Rows = [.. shipped.Rows.Select(row => texts[row.Installation] is { } text ? Row(row.Installation, text) : row)],
            SingleUpTo = section.SingleUpTo ?? shipped.SingleUpTo, SmallUpTo = section.SmallUpTo ?? shipped.SmallUpTo, MediumUpTo = section.MediumUpTo ?? shipped.MediumUpTo,
        };
        return table.SingleUpTo < 1 || table.SmallUpTo < 1 || table.MediumUpTo < table.SmallUpTo
            ? throw new CommandException("Porting:LeadTimes: SingleUpTo and SmallUpTo are at least 1, and MediumUpTo is not below SmallUpTo")
            : table;
    }

    /// <summary>Working days where the losing provider holds the range, where it does not, and for the answer: 7/10/2.</summary>
    private static LeadTime Row(InstallationKind installation, string text)
    {
        var parts = text.Split('/').Select(static part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days <= MostDays ? days : -1).ToList();
        return parts is [>= 1, >= 1, >= 1]
            ? new LeadTime(installation, parts[0], parts[1], parts[2])
            : throw new CommandException($"Porting:LeadTimes:{installation}: '{text}' is no lead time; write working days for a range holder, else, and for the answer, as 7/10/2, at most {MostDays} each");
    }

    private static CalendarTable Table(CalendarSection section)
    {
        var shipped = CalendarTable.Shipped;
        return new CalendarTable(Day("Calendars", section.From), Rules(section.England) ?? shipped.England, Rules(section.Scotland) ?? shipped.Scotland, Rules(section.NorthernIreland) ?? shipped.NorthernIreland);
    }

    private static List<HolidayRule>? Rules(IReadOnlyList<string>? words) => words is null ? null : [.. words.Select(static word =>
        Enum.TryParse<HolidayRule>(word, ignoreCase: true, out var rule) && Enum.IsDefined(rule) && !char.IsAsciiDigit(word[0])
            ? rule
            : throw new CommandException($"Porting:Calendars: '{word}' is no holiday; there are {string.Join(", ", Enum.GetNames<HolidayRule>())}"))];

    private static DateOnly Day(string where, string? text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        ? day
        : throw new CommandException($"Porting:{where}:From: '{text}' is no day; write the first day that it holds for as 2027-01-31");

    private static TimeOnly Time(string name, string text) => TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
        ? time
        : throw new CommandException($"Porting:{name}: '{text}' is no time; write it as 09:00");
}
