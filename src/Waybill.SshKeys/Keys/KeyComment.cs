using System.Globalization;
using System.Text;

namespace Waybill.SshKeys.Keys;

/// <summary>
/// The comment of a key: anyone's text that will stand in tables, mails and logs. Control characters (forged log lines, terminal escapes) and
/// invisible ones (text that runs backwards) are taken out.
/// </summary>
internal static class KeyComment
{
    /// <summary>The comment; null when nothing is left.</summary>
    public static string? Clean(ReadOnlySpan<char> comment)
    {
        comment = comment.Trim();
        var clean = new StringBuilder(Math.Min(comment.Length, PublicKeyFile.MaxCommentLength));
        foreach (var rune in comment.EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > PublicKeyFile.MaxCommentLength)
            {
                break;
            }

            if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned))
            {
                clean.Append(rune.ToString());
            }
        }

        var result = clean.ToString().Trim();
        return result.Length == 0 ? null : result;
    }
}
