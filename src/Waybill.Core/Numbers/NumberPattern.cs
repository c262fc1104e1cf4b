using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Waybill.Core.Numbers;

/// <summary>
/// Which numbers are wanted: <c>01224______</c>, in which <c>_</c> is any digit, anywhere. The beginning alone will do: it is filled up to 11 digits, and numbers of 10 are
/// looked for when there are none of 11. Ten digits are a number of 10, and where there is none, the beginning of numbers of 11.
/// </summary>
public sealed class NumberPattern
{
    private readonly string _digits;

    private NumberPattern(string digits)
    {
        _digits = digits;
        Low = long.Parse(digits.Replace('_', '0'), CultureInfo.InvariantCulture);
        High = long.Parse(digits.Replace('_', '9'), CultureInfo.InvariantCulture);
        IsContiguous = digits.TrimEnd('_').IndexOf('_') < 0;
    }

    /// <summary>The smallest number that fits.</summary>
    internal long Low { get; }

    /// <summary>The largest number that fits.</summary>
    internal long High { get; }

    /// <summary>Whether all between the smallest and the largest fit: no digit is wanted behind one that is not.</summary>
    internal bool IsContiguous { get; }

    /// <summary>The numbers of the other length that what was given can mean, which are looked for when none of these fits; null when there are none.</summary>
    internal NumberPattern? Otherwise { get; private init; }

    /// <summary>Reads a pattern: <c>0</c>, <c>+44</c> or <c>44</c>, then digits and <c>_</c>; shorter than a number it is a beginning.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out NumberPattern? pattern)
    {
        pattern = null;
        if (text is null || PhoneNumber.Significant(text, out var isPorted) is not { } rest || isPorted || rest.Length > PhoneNumber.MaximumLength - 1
            || rest.Any(static c => c is not ('_' or (>= '0' and <= '9'))) || rest.StartsWith('0'))
        {
            return false;
        }

        var (shorter, longer) = (rest.PadRight(PhoneNumber.MinimumLength - 1, '_'), rest.PadRight(PhoneNumber.MaximumLength - 1, '_'));
        var (first, other) = rest.Length < PhoneNumber.MinimumLength - 1 ? (longer, shorter)
            : rest.Length == PhoneNumber.MinimumLength - 1 && !rest.Contains('_', StringComparison.Ordinal) ? (shorter, longer)
            : (rest, null);
        pattern = new NumberPattern(PhoneNumber.Country + first) { Otherwise = other is null ? null : new NumberPattern(PhoneNumber.Country + other) };
        return true;
    }

    /// <summary>Reads what a person types: blanks and dashes do not count, and <c>x</c>, <c>?</c> and <c>_</c> are any digit; <c>*</c> at the end is what it is without.</summary>
    public static Result<NumberPattern> ParseTyped(string? text)
    {
        var plain = PhoneNumber.Plain(text ?? "").TrimEnd('*').Replace('x', '_').Replace('?', '_');
        return TryParse(plain, out var pattern)
            ? pattern
            : Problem.Invalid($"'{Words.Show(text)}' is no pattern of numbers. Write the beginning, or {PhoneNumber.MaximumLength} digits with _ for any: 01224______.");
    }

    /// <summary>Whether a number fits.</summary>
    internal bool Matches(long number)
    {
        if (number < Low || number > High)
        {
            return false;
        }

        for (var i = _digits.Length - 1; i >= 0; i--, number /= 10)
        {
            if (_digits[i] != '_' && _digits[i] - '0' != number % 10)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether so many numbers in a row can fit: no digit is wanted that differs among them.</summary>
    internal bool FitsRunsOf(int length)
    {
        var step = 1L;
        for (var i = _digits.Length - 1; i >= 0 && step < length; i--, step *= 10)
        {
            if (_digits[i] != '_')
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The smallest number that fits and is not below another; null when there is none. With it a search jumps over all that do not fit.</summary>
    internal long? NextFrom(long number)
    {
        if (number <= Low)
        {
            return Low;
        }

        if (number > High)
        {
            return null;
        }

        Span<char> digits = stackalloc char[_digits.Length];
        number.TryFormat(digits, out _, default, CultureInfo.InvariantCulture);
        var broken = 0;
        while (broken < digits.Length && (_digits[broken] == '_' || _digits[broken] == digits[broken]))
        {
            broken++;
        }

        if (broken == digits.Length)
        {
            return number;
        }

        // A digit that is too small is raised to the wanted one; where it is too large, the last free digit before it goes up by one.
        var raised = broken;
        if (digits[broken] > _digits[broken])
        {
            for (raised = broken - 1; raised >= 0 && (_digits[raised] != '_' || digits[raised] == '9');)
            {
                raised--;
            }

            if (raised < 0)
            {
                return null;
            }

            digits[raised]++;
        }
        else
        {
            digits[raised] = _digits[raised];
        }

        for (var i = raised + 1; i < digits.Length; i++)
        {
            digits[i] = _digits[i] == '_' ? '0' : _digits[i];
        }

        return long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public override string ToString() => "0" + _digits[PhoneNumber.Country.Length..];
}
