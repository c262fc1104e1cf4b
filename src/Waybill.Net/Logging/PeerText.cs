using System.Globalization;
using System.Text;

namespace Waybill.Net.Logging;

/// <summary>Makes text that a peer sent safe to show: in logs, terminals, pages and audit rows (CVE-2025-64494: escape codes in a user name).</summary>
public static class PeerText
{
    /// <summary>The longest text kept, in characters; the rest is replaced by an ellipsis.</summary>
    public const int MaximumLength = 256;

    /// <summary>
    /// Returns <paramref name="text"/> with control, format (bidi, zero-width), line separator, private and unpaired surrogate characters written as
    /// <c>\u{hex}</c>, and cut after <paramref name="maximumLength"/> characters.
    /// </summary>
    public static string Sanitise(string text, int maximumLength = MaximumLength)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= maximumLength && !text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        var safe = new StringBuilder(Math.Min(text.Length, maximumLength) + 16);
        var kept = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (kept >= maximumLength)
            {
                safe.Append('…');
                break;
            }

            kept++;
            if (IsHarmless(rune))
            {
                safe.Append(rune);
            }
            else
            {
                safe.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
            }
        }

        return safe.ToString();
    }

    private static bool IsHarmless(Rune rune) => rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned);
}
