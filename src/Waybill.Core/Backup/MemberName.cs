using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Waybill.Core.Backup;

/// <summary>
/// Names in the archive: control characters, which .NET's reader of tar takes for the end of a record (a line feed), and the percent sign are written as <c>%0A</c>;
/// everything else is itself, so that any tar program takes out a single file by its name.
/// </summary>
internal static class MemberName
{
    public static string Escape(string name)
    {
        if (!name.Any(IsEscaped))
        {
            return name;
        }

        var escaped = new StringBuilder(name.Length + 8);
        foreach (var each in name)
        {
            _ = IsEscaped(each) ? escaped.Append(CultureInfo.InvariantCulture, $"%{(int)each:X2}") : escaped.Append(each);
        }

        return escaped.ToString();
    }

    /// <summary>Null for what <see cref="Escape"/> never writes: one name has one notation.</summary>
    public static string? Unescape(string name)
    {
        var plain = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] != '%')
            {
                plain.Append(name[i]);
            }
            else if (i + 2 < name.Length && int.TryParse(name.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                plain.Append((char)code);
                i += 2;
            }
            else
            {
                return null;
            }
        }

        var result = plain.ToString();
        return Escape(result) == name ? result : null;
    }

    /// <summary>Enough of a name's hash to know it again: a few bytes for each of millions of names.</summary>
    public static UInt128 Short(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name.TrimEnd('/')), hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    private static bool IsEscaped(char each) => each is '%' or < ' ' or '\x7F';
}
