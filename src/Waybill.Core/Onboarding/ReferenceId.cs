using System.Security.Cryptography;

namespace Waybill.Core.Onboarding;

/// <summary>
/// Ids that people read out by phone and copy from paper: eight characters without those that are taken for each other (0 O, 1 I L, 2 Z, 5 S, 6 G, 8 B, U V) and without
/// vowels, so that they spell nothing. They open nothing: whoever knows one can only name the request.
/// </summary>
public static class ReferenceId
{
    /// <summary>The characters, without the hyphen in the middle.</summary>
    public const int Length = 8;

    private const string Alphabet = "23456789CDFHJKMNPQRTVWXY";

    /// <summary>The id that a person typed, however they did; null when it can be none.</summary>
    public static string? Normalise(string? text)
    {
        if (text is null || text.Length > 3 * Length)
        {
            return null;
        }

        var letters = string.Concat(text.ToUpperInvariant().Where(static each => each is not ('-' or ' ' or '#' or '.')));
        return letters.Length == Length && letters.All(static each => Alphabet.Contains(each, StringComparison.Ordinal)) ? Divide(letters) : null;
    }

    internal static string New() => Divide(RandomNumberGenerator.GetString(Alphabet, Length));

    private static string Divide(string letters) => $"{letters[..(Length / 2)]}-{letters[(Length / 2)..]}";
}
