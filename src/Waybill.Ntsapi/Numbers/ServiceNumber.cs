namespace Waybill.Ntsapi.Numbers;

/// <summary>A telephone number as a command names it.</summary>
/// <param name="National">In national form: 0 and 9 or 10 digits.</param>
/// <param name="IsPortedIn">Whether it was written with P in place of the 0, as numbers are that were ported in.</param>
public readonly record struct ServiceNumber(string National, bool IsPortedIn)
{
    /// <summary>Digits behind the leading 0 of a national number, at least.</summary>
    public const int FewestDigits = 9;

    /// <summary>The same, at most.</summary>
    public const int MostDigits = 10;

    /// <summary>Characters of the longest way to write one, with +44.</summary>
    internal const int LongestText = 3 + MostDigits;

    /// <summary>As it was written.</summary>
    public override string ToString() => IsPortedIn ? string.Concat("P", National.AsSpan(1)) : National;

    /// <summary>Reads <c>01224000000</c>, <c>P1224000000</c> or <c>+441224000000</c>.</summary>
    internal static bool TryParse(ReadOnlySpan<char> text, out ServiceNumber number)
    {
        number = default;
        var digits = Trunk(text);
        var isPortedIn = text is ['P', ..];
        digits = isPortedIn ? text[1..] : digits;
        if (digits.Length is < FewestDigits or > MostDigits || digits.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        number = new ServiceNumber(string.Concat("0", digits), isPortedIn);
        return true;
    }

    /// <summary>
    /// Reads a pattern: a number in which <c>_</c> stands for any digit, or the beginning of one. In national form, 1 to 11 characters, each a digit or <c>_</c>; the first is
    /// <c>0</c>.
    /// </summary>
    internal static bool TryParsePattern(ReadOnlySpan<char> text, out string pattern)
    {
        pattern = "";
        var rest = text is ['_', ..] ? text[1..] : Trunk(text);
        if ((rest.IsEmpty && text is not ("0" or "_")) || rest.Length > MostDigits)
        {
            return false;
        }

        foreach (var c in rest)
        {
            if (c is not ((>= '0' and <= '9') or '_'))
            {
                return false;
            }
        }

        pattern = string.Concat("0", rest);
        return true;
    }

    /// <summary>What stands behind the 0 or +44; empty without either.</summary>
    private static ReadOnlySpan<char> Trunk(ReadOnlySpan<char> text) =>
        text is ['0', ..] ? text[1..] : text.StartsWith("+44", StringComparison.Ordinal) ? text[3..] : default;
}
