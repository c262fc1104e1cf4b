using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Waybill.Ssh.Authentication;

/// <summary>User names as they come from the network.</summary>
internal static class UserName
{
    /// <summary>Bytes of the longest user name that is looked at.</summary>
    public const int MaximumBytes = 255;

    /// <summary>
    /// Decodes a name of 1 to 255 bytes of valid UTF-8 without control, format or separator characters; such would reach terminals and logs
    /// (CVE-2025-64494), and no login has them.
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out string name)
    {
        name = "";
        if (bytes.IsEmpty || bytes.Length > MaximumBytes || !Utf8.IsValid(bytes))
        {
            return false;
        }

        var text = Encoding.UTF8.GetString(bytes);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune)
                is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                return false;
            }
        }

        name = text;
        return true;
    }
}
