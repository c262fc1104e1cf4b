using System.Globalization;
using System.Text;

namespace Waybill.Core.Audit;

/// <summary>
/// Text as it is stored: what a peer sent must not steer a terminal, break a line or turn the reading direction (CVE-2025-64494), and must not be endless.
/// </summary>
internal static class AuditText
{
    /// <summary>
    /// Escapes control characters, line separators, bidirectional marks and lone surrogates as <c>\u000a</c>. In plain text a backslash is doubled, so that a
    /// file that is really named <c>\u000a</c> looks different; a detail may be JSON, which has escaped its own.
    /// </summary>
    public static string? Clean(string? text, int limit, bool doubleBackslash)
    {
        if (text is null)
        {
            return null;
        }

        var first = IndexOfSpecial(text, doubleBackslash);
        if (first < 0 && text.Length <= limit)
        {
            return text;
        }

        var room = limit - Marker(text.Length).Length;
        var clean = new StringBuilder(Math.Min(text.Length, limit) + 64);
        var kept = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var before = clean.Length;
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                clean.Append(text, i++, 2);
            }
            else if (text[i] == '\\' && doubleBackslash)
            {
                clean.Append(@"\\");
            }
            else if (IsSpecial(text[i]))
            {
                clean.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:x4}");
            }
            else
            {
                clean.Append(text[i]);
            }

            // The cut falls between characters and never inside an escape.
            if (before <= room)
            {
                kept = clean.Length <= room ? clean.Length : before;
            }

            if (clean.Length > limit)
            {
                clean.Length = kept;
                return clean.Append(Marker(text.Length)).ToString();
            }
        }

        return clean.ToString();
    }

    private static string Marker(int length) => string.Create(CultureInfo.InvariantCulture, $" [cut: {length} characters in all]");

    private static int IndexOfSpecial(string text, bool doubleBackslash)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (IsSpecial(text[i]) || (doubleBackslash && text[i] == '\\'))
            {
                return i;
            }
        }

        return -1;
    }

    // U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069: direction; U+2028, U+2029: line breaks of their own; U+FEFF: invisible.
    private static bool IsSpecial(char c) => char.IsControl(c) || char.IsSurrogate(c)
        || c is '\u061c' or '\u200e' or '\u200f' or (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069') or '\ufeff';
}
