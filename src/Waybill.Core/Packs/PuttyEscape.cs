using System.Text;

namespace Waybill.Core.Packs;

/// <summary>How PuTTY escapes names of the registry and of files, and WinSCP names and values of its INI file: <c>%20</c> for a blank.</summary>
internal static class PuttyEscape
{
    private const string ByteOrderMark = "%EF%BB%BF";

    /// <summary>A name: a section, a session.</summary>
    public static string Name(string text) => Escape(text, @" \*?%");

    /// <summary>A value of WinSCP's INI file, in which an asterisk stays.</summary>
    public static string Value(string text) => Escape(text, @" \?%");

    /// <summary>A name in WinSCP's <c>[SshHostKeys]</c>, where an equals sign would end it.</summary>
    public static string HostKeyName(string text) => Escape(text, @" \*?%=");

    private static string Escape(string text, string special)
    {
        var escaped = new StringBuilder(Ascii.IsValid(text) ? "" : ByteOrderMark);
        foreach (var (each, at) in Encoding.UTF8.GetBytes(text).Select(static (each, at) => (each, at)))
        {
            if (each is < (byte)' ' or > (byte)'~' || special.Contains((char)each, StringComparison.Ordinal) || (at == 0 && each == (byte)'.'))
            {
                escaped.Append('%').Append(each.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }
            else
            {
                escaped.Append((char)each);
            }
        }

        return escaped.ToString();
    }
}
