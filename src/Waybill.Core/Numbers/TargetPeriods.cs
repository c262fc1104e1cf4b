using System.Diagnostics.CodeAnalysis;

namespace Waybill.Core.Numbers;

/// <summary>
/// When a target is used, in the provider's time zone: <c>0000</c> always, as the one example of the protocol has it; else periods as <c>0900-1730</c> or
/// <c>1-5:0900-1730</c> (days by ISO 8601: 1 is Monday), parted by commas. What else the protocol knew is not known; this is Waybill's own
/// (docs/protocols/ntsapi.md).
/// </summary>
public sealed record TargetPeriods
{
    /// <summary>The most periods of one target.</summary>
    public const int Most = 10;

    /// <summary>The word for always.</summary>
    public const string Always = "0000";

    private const int Longest = Most * 14;

    private TargetPeriods(string text) => Text = text;

    /// <summary>As it is written.</summary>
    public string Text { get; }

    /// <summary>Reads the words; nothing may be left over.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out TargetPeriods? periods)
    {
        periods = null;
        if (text is null or "" || text.Length > Longest)
        {
            return false;
        }

        if (text == Always)
        {
            periods = new TargetPeriods(Always);
            return true;
        }

        var parts = text.Split(',');
        if (parts.Length > Most || !parts.All(IsPeriod))
        {
            return false;
        }

        periods = new TargetPeriods(text);
        return true;
    }

    /// <summary>Reads the words, or says what is wrong with them.</summary>
    public static Result<TargetPeriods> Parse(string? text) => TryParse(text, out var periods)
        ? periods
        : Problem.Invalid($"'{Words.Show(text)}' are no periods. Write {Always} for always, or up to {Most} parted by commas as 0900-1730 or 1-5:0900-1730 (1 is Monday).");

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>Days if any, then beginning and end of a day's period; one that ends earlier than it begins goes over midnight.</summary>
    private static bool IsPeriod(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0 && text[..colon] is not [>= '1' and <= '7'] and not [>= '1' and <= '7', '-', >= '1' and <= '7'])
        {
            return false;
        }

        return text[(colon + 1)..].Split('-') is [var from, var until] && IsTime(from) && (IsTime(until) || until == "2400") && from != until;
    }

    private static bool IsTime(string text) => text.Length == 4 && text.All(char.IsAsciiDigit) && text.AsSpan(0, 2).CompareTo("24", StringComparison.Ordinal) < 0 && text[2] < '6';
}
