using System.Globalization;

namespace Waybill.Core.Porting;

/// <summary>What an order must be to be sent. Each rule has a name, which stands in the answer to whoever breaks it.</summary>
public static class PortingRules
{
    /// <summary>All fields are filled in.</summary>
    public const string Complete = "complete";

    /// <summary>All numbers belong to a place, or none.</summary>
    public const string OneKind = "one-kind";

    /// <summary>Only geographic and non-geographic numbers are ported.</summary>
    public const string Portable = "portable";

    /// <summary>The main billing number is among the numbers if it is ported, and not if it stays.</summary>
    public const string MainNumber = "main-number";

    /// <summary>The type of line fits the numbers.</summary>
    public const string Line = "line-type";

    /// <summary>There is a letter of authority.</summary>
    public const string Letter = "letter";

    /// <summary>The day is worked on.</summary>
    public const string WorkingDay = "working-day";

    /// <summary>The day is not before the lead time is over.</summary>
    public const string LeadTime = "lead-time";

    /// <summary>The day is not too far ahead.</summary>
    public const string TooFar = "too-far";

    /// <summary>No other order has one of the numbers, and no other account has it here.</summary>
    public const string OneOrder = "one-order";

    /// <summary>The losing provider is another one.</summary>
    public const string NotOurs = "not-ours";

    /// <summary>The numbers come no earlier than on their day.</summary>
    public const string OnTheDay = "on-the-day";

    /// <summary>What is against an order, but for what the database knows; null for nothing.</summary>
    public static Problem? Check(PortingDetails details, int letters)
    {
        ArgumentNullException.ThrowIfNull(details);
        return Missing(details) is { Length: > 0 } missing ? Break(Complete, $"it does not say {missing}. Fill it in.")
            : details.Numbers.Select(static span => (NumberSpan?)span).FirstOrDefault(static span => NumberPlaces.Of(span!.Value.First) == NumberPlace.Other) is { } other
                ? Break(Portable, $"{other.First.National} is neither geographic nor non-geographic; mobile numbers move by a code of their own. Leave it out.")
            : details.Numbers.Any(span => NumberPlaces.Of(span.First) != NumberPlaces.Of(details.Numbers[0].First) || NumberPlaces.Of(span.Last) != NumberPlaces.Of(span.First))
                ? Break(OneKind, "it has geographic and non-geographic numbers, which have different lead times. Send two orders.")
            : MainProblem(details) ?? LineProblem(details) ?? (letters == 0 ? Break(Letter, "there is no letter of authority. Add it as PDF or image.") : null);
    }

    /// <summary>What is against a day; null for nothing.</summary>
    public static Problem? CheckDay(DateOnly day, DateOnly earliest, LeadTime row, DateOnly today, WorkingDays days, Nation nation)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentNullException.ThrowIfNull(days);
        if (HolidayDates.IsWeekend(day))
        {
            return Break(WorkingDay, $"{Show(day)} is a {day.DayOfWeek}. Choose a day from Monday to Friday.");
        }

        return days.Holiday(day, nation) is { } holiday ? Break(WorkingDay, $"{Show(day)} is a bank holiday ({holiday.Name}). Choose another day.")
            : day < earliest ? Break(LeadTime, $"{Show(day)} is too early: {row.Installation.Show()} takes at least {row.RangeHolderDays} working days, or {row.SubsequentDays} where the losing provider does not hold the range. The first day is {Show(earliest)}.")
            : day > today.AddDays(PortingLimits.DaysAhead) ? Break(TooFar, $"{Show(day)} is more than {PortingLimits.DaysAhead} days ahead. Choose an earlier day.")
            : null;
    }

    internal static Problem Break(string rule, string message) => Problem.Refused($"The rule {rule} is broken: {message}");

    internal static string Show(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Missing(PortingDetails details) => string.Join(", ", ((string Name, bool IsThere)[])
        [
            ("the main billing number", details.Main is not null), ("the numbers", details.Numbers.Count > 0), ("the site address", details.Address is not null),
            ("the postcode", details.Postcode is not null), ("the losing provider", details.LosingProvider is not null),
            ("the account number there", details.LosingAccount is not null), ("the type of line", details.Line is not null), ("who signed the letter", details.Signatory is not null),
            ("the wanted day", details.Wanted is not null),
        ]
        is var fields ? fields.Where(static field => !field.IsThere).Select(static field => field.Name) : []);

    private static Problem? MainProblem(PortingDetails details)
    {
        var isAmong = details.Numbers.Any(span => span.Holds(details.Main!.Value));
        return isAmong == details.MainPorts ? null
            : details.MainPorts ? Break(MainNumber, $"the main billing number {details.Main!.Value.National} is to be ported and is not among the numbers. Add it, or say that it stays.")
            : Break(MainNumber, $"the main billing number {details.Main!.Value.National} stays and is among the numbers. Leave it out, or say that it is ported too.");
    }

    private static Problem? LineProblem(PortingDetails details)
    {
        var hasRange = details.Numbers.Any(static span => span.IsRange);
        return details.Line switch
        {
            LineType.Ddi or LineType.PartOfDdi when !hasRange => Break(Line, "a line with numbers for dialling in has a range, and the order names none. Name it, or choose another type of line."),
            LineType.SingleLine when hasRange => Break(Line, "a single line has one number, and the order names a range. Name each number, or choose another type of line."),
            LineType.MultiLine when hasRange => Break(Line, "an installation with several lines has no range, and the order names one: numbers for dialling in take longer. Choose such a line, or name each number."),
            LineType.MultiLine when NumberSpans.Count(details.Numbers) == 1 && details.MainPorts => Break(Line, "an installation with several lines has more than one number. Name them, or choose a single line."),
            _ => null,
        };
    }
}
