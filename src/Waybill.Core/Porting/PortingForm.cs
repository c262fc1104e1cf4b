using System.Globalization;
using Waybill.Core.Numbers;

namespace Waybill.Core.Porting;

/// <summary>An order as it is typed, sent by programs, or stands in a table: text, and blank for what is not known yet.</summary>
public sealed record PortingForm
{
    /// <summary>The words for types of lines.</summary>
    public static IReadOnlyList<(string Word, LineType Line)> Lines { get; } =
        [("single", LineType.SingleLine), ("multi", LineType.MultiLine), ("ddi", LineType.Ddi), ("part", LineType.PartOfDdi)];

    /// <summary>The main billing number.</summary>
    public string? Main { get; init; }

    /// <summary><c>yes</c> or <c>no</c>: whether it is ported too; yes where it is blank.</summary>
    public string? MainPorts { get; init; }

    /// <summary>Numbers and ranges, as <see cref="NumberSpans"/> reads them.</summary>
    public string? Numbers { get; init; }

    /// <summary>The address of the site.</summary>
    public string? Address { get; init; }

    /// <summary>Its postcode.</summary>
    public string? Postcode { get; init; }

    /// <summary>The losing provider.</summary>
    public string? LosingProvider { get; init; }

    /// <summary>The account number there.</summary>
    public string? LosingAccount { get; init; }

    /// <summary>One of <see cref="Lines"/>.</summary>
    public string? Line { get; init; }

    /// <summary><c>yes</c>, <c>no</c>, or blank where nobody knows.</summary>
    public string? RangeHolder { get; init; }

    /// <summary>Who signed the letter of authority.</summary>
    public string? Signatory { get; init; }

    /// <summary>The wanted day as 2027-01-31.</summary>
    public string? Wanted { get; init; }

    /// <summary>What an order says, as it is typed again.</summary>
    public static PortingForm Of(PortingDetails details)
    {
        ArgumentNullException.ThrowIfNull(details);
        return new()
        {
            Main = details.Main?.National, MainPorts = details.MainPorts ? "yes" : "no", Numbers = details.Numbers.Count == 0 ? null : NumberSpans.Show(details.Numbers), Address = details.Address,
            Postcode = details.Postcode?.Text, LosingProvider = details.LosingProvider, LosingAccount = details.LosingAccount, Line = WordOf(details.Line),
            RangeHolder = details.IsRangeHolder switch { true => "yes", false => "no", null => null }, Signatory = details.Signatory,
            Wanted = details.Wanted?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        };
    }

    /// <summary>The word for a type of line; null for none.</summary>
    public static string? WordOf(LineType? line) => line is { } known ? Lines.First(each => each.Line == known).Word : null;

    /// <summary>Reads it; what is there and has not the right form is refused.</summary>
    public Result<PortingDetails> Read()
    {
        PhoneNumber? main = null;
        if (Given(Main) is { } typed)
        {
            var number = PhoneNumber.ParseTyped(typed);
            if (!number.Succeeded)
            {
                return number.Problem;
            }

            main = new PhoneNumber(number.Value.E164);
        }

        var spans = NumberSpans.Read(Numbers);
        if (!spans.Succeeded)
        {
            return spans.Problem;
        }

        Postcode? postcode = null;
        if (Given(Postcode) is { } code && !Porting.Postcode.TryParse(code, out postcode))
        {
            return Problem.Invalid($"'{Words.Show(code)}' is no postcode of the United Kingdom. Write it as AB10 1AA.");
        }

        LineType? line = null;
        if (Given(Line) is { } word)
        {
            if (Lines.FirstOrDefault(each => each.Word.Equals(word, StringComparison.OrdinalIgnoreCase)) is not { Word: not null } known)
            {
                return Problem.Invalid($"'{Words.Show(word)}' is no type of line. There are {string.Join(", ", Lines.Select(static each => each.Word))}.");
            }

            line = known.Line;
        }

        DateOnly? wanted = null;
        if (Given(Wanted) is { } text)
        {
            if (!DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            {
                return Problem.Invalid($"'{Words.Show(text)}' is no day. Write it as 2027-01-31.");
            }

            wanted = day;
        }

        var (mainPorts, holder) = (YesOrNo(MainPorts), YesOrNo(RangeHolder));
        if (!mainPorts.IsRight || !holder.IsRight)
        {
            return Problem.Invalid($"'{Words.Show(mainPorts.IsRight ? RangeHolder : MainPorts)}' is neither yes nor no.");
        }

        foreach (var (what, value) in ((string, string?)[])[("site address", Line1(Address)), ("losing provider", Given(LosingProvider)), ("account number at the losing provider", Given(LosingAccount)), ("signatory", Given(Signatory))])
        {
            if (value is not null && Words.Check(what, value) is { } problem)
            {
                return problem;
            }
        }

        return new PortingDetails
        {
            Main = main, MainPorts = mainPorts.Value ?? true, Numbers = spans.Value, Address = Line1(Address), Postcode = postcode, LosingProvider = Given(LosingProvider),
            LosingAccount = Given(LosingAccount), Line = line, IsRangeHolder = holder.Value, Signatory = Given(Signatory), Wanted = wanted,
        };
    }

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    /// <summary>An address that was typed in lines, in one.</summary>
    private static string? Line1(string? text) =>
        Given(text) is { } given ? string.Join(", ", given.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(static line => line.TrimEnd(','))) : null;

    private static (bool IsRight, bool? Value) YesOrNo(string? text) => Given(text)?.ToLowerInvariant() switch
    {
        null => (true, null),
        "yes" => (true, true),
        "no" => (true, false),
        _ => (false, null),
    };
}
