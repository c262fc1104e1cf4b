using System.Text;

namespace Waybill.Core.Arrivals;

/// <summary>
/// The lines of a CSV file (RFC 4180: separators, quotes, line breaks inside quotes), as far as they are counted: no cell is read. Works on bytes, since the
/// separators are ASCII and never part of another character in UTF-8 or any ISO 8859.
/// </summary>
internal static class CsvLines
{
    private static ReadOnlySpan<byte> Mark => [0xEF, 0xBB, 0xBF];

    /// <summary>Leaves out the mark that Windows programs put in front of UTF-8.</summary>
    public static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> content) => content.StartsWith(Mark) ? content[Mark.Length..] : content;

    public static bool IsUtf16(ReadOnlySpan<byte> content) => content is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..];

    /// <summary>The first line without its end, quotes not regarded: a header has no line breaks.</summary>
    public static ReadOnlySpan<byte> First(ReadOnlySpan<byte> content)
    {
        var end = content.IndexOf((byte)'\n');
        return (end < 0 ? content : content[..end]).TrimEnd((byte)'\r');
    }

    /// <summary>What separates the columns of a line: of comma, semicolon, tab and bar the one that stands there most often.</summary>
    public static byte Separator(ReadOnlySpan<byte> line)
    {
        var best = (byte)',';
        foreach (var candidate in ";\t|"u8)
        {
            if (line.Count(candidate) > line.Count(best))
            {
                best = candidate;
            }
        }

        return best;
    }

    /// <summary>Takes the next line off and counts its columns; 0 for an empty line.</summary>
    /// <returns>Whether there was a whole line, or with <paramref name="isEnd"/> a rest.</returns>
    public static bool TryCount(ref ReadOnlySpan<byte> rest, byte separator, bool isEnd, out int columns)
    {
        columns = 0;
        if (rest.IsEmpty)
        {
            return false;
        }

        var quoted = false;
        var count = 1;
        for (var i = 0; i < rest.Length; i++)
        {
            var character = rest[i];
            if (character == (byte)'"')
            {
                quoted = !quoted;
            }
            else if (!quoted && character == separator)
            {
                count++;
            }
            else if (!quoted && character == (byte)'\n')
            {
                columns = rest[..i].TrimEnd((byte)'\r').IsEmpty ? 0 : count;
                rest = rest[(i + 1)..];
                return true;
            }
        }

        columns = rest.TrimEnd((byte)'\r').IsEmpty ? 0 : count;
        rest = [];
        return isEnd;
    }

    public static string Show(ReadOnlySpan<byte> line) => Encoding.UTF8.GetString(line[..Math.Min(line.Length, 300)]);
}
