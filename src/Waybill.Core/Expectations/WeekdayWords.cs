namespace Waybill.Core.Expectations;

/// <summary>Days of the week in words: <c>daily</c>, <c>mon-fri</c>, <c>mon,wed,fri</c>.</summary>
public static class WeekdayWords
{
    private static readonly string[] Names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    /// <summary>Whether a day of the week is among these.</summary>
    public static bool Has(this Weekdays days, DayOfWeek day) => ((int)days >> (((int)day + 6) % 7) & 1) != 0;

    /// <summary>Reads words.</summary>
    public static Result<Weekdays> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Equals("daily", StringComparison.OrdinalIgnoreCase))
        {
            return Weekdays.All;
        }

        var days = Weekdays.None;
        foreach (var part in text.ToLowerInvariant().Split(',', StringSplitOptions.TrimEntries))
        {
            var ends = part.Split('-');
            var (first, last) = (Array.IndexOf(Names, ends[0]), Array.IndexOf(Names, ends[^1]));
            if (ends.Length > 2 || first < 0 || last < 0)
            {
                return Problem.Invalid($"'{Words.Show(text)}' are no days. Write them as daily, mon-fri or mon,wed,fri.");
            }

            for (var day = first; ; day = (day + 1) % Names.Length)
            {
                days |= (Weekdays)(1 << day);
                if (day == last)
                {
                    break;
                }
            }
        }

        return days;
    }

    /// <summary>Writes words.</summary>
    public static string Show(this Weekdays days) => days switch
    {
        Weekdays.All => "daily",
        Weekdays.Monday | Weekdays.Tuesday | Weekdays.Wednesday | Weekdays.Thursday | Weekdays.Friday => "mon-fri",
        _ => string.Join(',', Names.Where((_, day) => ((int)days >> day & 1) != 0)),
    };
}
