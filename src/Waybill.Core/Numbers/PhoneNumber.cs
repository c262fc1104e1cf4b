using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Waybill.Core.Numbers;

/// <summary>
/// A telephone number of the United Kingdom, which has 10 or 11 digits with the leading 0 (Ofcom's national numbering plan). Nothing else is sold here, and nothing else
/// has a form with a leading 0 that customers could mean.
/// </summary>
/// <param name="E164">Its international digits as one integer: 441224000000.</param>
/// <param name="IsPorted">Whether it was named as one that was ported in: <c>P1224000000</c>. Numbers that are not are then not meant.</param>
public readonly record struct PhoneNumber(long E164, bool IsPorted = false)
{
    /// <summary>Digits with the leading 0, at most; so long is a pattern too.</summary>
    public const int MaximumLength = 11;

    /// <summary>Digits with the leading 0, at least.</summary>
    public const int MinimumLength = 10;

    /// <summary>The digits before those of a number, in the international form.</summary>
    internal const string Country = "44";

    /// <summary>As it is written in the United Kingdom: 01224000000.</summary>
    public string National => "0" + E164.ToString(CultureInfo.InvariantCulture)[Country.Length..];

    /// <summary>As NTSAPI names one that was ported in: P1224000000.</summary>
    public string PortedForm => "P" + National[1..];

    /// <summary>Reads the forms that programs send: <c>01224000000</c>, <c>+441224000000</c>, <c>441224000000</c>, <c>P1224000000</c>. No blanks, nothing left over.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out PhoneNumber number)
    {
        number = default;
        if (text is null || Significant(text, out var isPorted) is not { } digits || digits.Length is < MinimumLength - 1 or > MaximumLength - 1 || digits[0] == '0'
            || digits.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        number = new PhoneNumber(long.Parse(string.Concat(Country, digits), NumberStyles.None, CultureInfo.InvariantCulture), isPorted);
        return true;
    }

    /// <summary>Reads what a person types: blanks, dots, dashes and brackets do not count, and <c>+44 (0)1224 000000</c> is understood.</summary>
    public static Result<PhoneNumber> ParseTyped(string? text)
    {
        var plain = Plain(text ?? "");
        return TryParse(plain, out var number)
            ? number
            : Problem.Invalid(
                $"'{Words.Show(text)}' is no telephone number of the United Kingdom. Write it as 01224000000 or +441224000000: {MinimumLength} or {MaximumLength} digits with the 0.");
    }

    /// <inheritdoc/>
    public override string ToString() => IsPorted ? PortedForm : National;

    /// <summary>What a person typed without what only parts digits.</summary>
    internal static string Plain(string text)
    {
        var plain = string.Concat(text.Where(static c => c is not (' ' or '\t' or '.' or '-' or '/' or '(' or ')')));
        return plain.StartsWith("+440", StringComparison.Ordinal) ? "+44" + plain[4..] : plain;
    }

    /// <summary>The part behind 0, +44, 44 or P; null when it begins otherwise.</summary>
    internal static string? Significant(string text, out bool isPorted)
    {
        isPorted = text.StartsWith('P');
        return text switch
        {
            ['0' or 'P', ..] => text[1..],
            ['+', '4', '4', ..] => text[3..],
            ['4', '4', ..] => text[2..],
            _ => null,
        };
    }
}
