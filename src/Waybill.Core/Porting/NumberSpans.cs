using Waybill.Core.Numbers;

namespace Waybill.Core.Porting;

/// <summary>
/// Reads the numbers of an order as people and tables write them: single numbers and ranges with a comma, a semicolon or a line break between them. A range is two whole
/// numbers with a hyphen, <c>..</c> or <c>to</c> between them: <c>01224 000000 - 01224 000009</c>.
/// </summary>
public static class NumberSpans
{
    private static readonly char[] Separators = [',', ';', '\n', '\r'];
    private static readonly string[] Betweens = ["..", " to ", "–", "-"];

    /// <summary>Reads them: in order, none twice.</summary>
    public static Result<IReadOnlyList<NumberSpan>> Read(string? text)
    {
        if (text is { Length: > PortingLimits.NumberText })
        {
            return Problem.LimitReached($"The numbers are more than {PortingLimits.NumberText} characters. Name ranges, or send several orders.");
        }

        List<NumberSpan> spans = [];
        foreach (var entry in (text ?? "").Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var span = ReadOne(entry);
            if (!span.Succeeded)
            {
                return span.Problem;
            }

            spans.Add(span.Value);
            if (spans.Count > PortingLimits.Spans)
            {
                return Problem.LimitReached($"An order names at most {PortingLimits.Spans} numbers and ranges. Send several orders.");
            }
        }

        spans.Sort(static (one, other) => one.First.E164.CompareTo(other.First.E164));
        foreach (var (before, span) in spans.Zip(spans.Skip(1)))
        {
            if (span.First.E164 <= before.Last.E164)
            {
                return Problem.Invalid($"{span.First.National} stands in the order twice. Name each number once.");
            }
        }

        return Count(spans) > PortingLimits.Numbers
            ? Problem.LimitReached($"An order has at most {PortingLimits.Numbers} numbers. Send several orders.")
            : spans;
    }

    /// <summary>How many numbers they are.</summary>
    public static long Count(IReadOnlyList<NumberSpan> spans) => spans.Sum(static span => span.Count);

    /// <summary>As they are shown, and read again.</summary>
    public static string Show(IReadOnlyList<NumberSpan> spans) => string.Join(", ", spans);

    /// <summary>Each number of them.</summary>
    public static IEnumerable<PhoneNumber> Each(IReadOnlyList<NumberSpan> spans) =>
        spans.SelectMany(static span => Enumerable.Range(0, (int)span.Count).Select(index => new PhoneNumber(span.First.E164 + index)));

    private static Result<NumberSpan> ReadOne(string entry)
    {
        // Each hyphen is looked at from both sides: thousands of them would take minutes.
        if (entry.Length > PortingLimits.SpanText)
        {
            return Problem.Invalid($"'{Words.Show(entry[..20])}' begins a number of more than {PortingLimits.SpanText} characters. Put commas between numbers.");
        }

        foreach (var between in Betweens)
        {
            // A hyphen can also stand within a number: only where a whole number is on either side does it make a range.
            for (var at = entry.IndexOf(between, StringComparison.OrdinalIgnoreCase); at >= 0; at = entry.IndexOf(between, at + 1, StringComparison.OrdinalIgnoreCase))
            {
                var (first, last) = (PhoneNumber.ParseTyped(entry[..at]), PhoneNumber.ParseTyped(entry[(at + between.Length)..]));
                if (first.Succeeded && last.Succeeded)
                {
                    return Range(first.Value, last.Value);
                }
            }
        }

        var one = PhoneNumber.ParseTyped(entry);
        return one.Succeeded
            ? new NumberSpan(Own(one.Value), Own(one.Value))
            : Problem.Invalid($"'{Words.Show(entry)}' is neither a number nor a range. Write 01224000000 or 01224000000-01224000009, with commas between them.");
    }

    private static Result<NumberSpan> Range(PhoneNumber first, PhoneNumber last) =>
        first.National.Length != last.National.Length || last.E164 < first.E164
            ? Problem.Invalid($"{first.National} to {last.National} is no range: the last number is as long as the first and not before it. Correct it.")
            : last.E164 - first.E164 >= PortingLimits.Numbers
            ? Problem.LimitReached($"{first.National} to {last.National} are more than {PortingLimits.Numbers} numbers, which is the most of an order. Send several orders.")
            : new NumberSpan(Own(first), Own(last));

    /// <summary>Whoever writes P does not mean another number.</summary>
    private static PhoneNumber Own(PhoneNumber number) => new(number.E164);
}
