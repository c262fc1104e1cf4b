using System.Globalization;

namespace Waybill.Core.Export;

/// <summary>
/// Comma-separated values (RFC 4180, UTF-8, CRLF) that are safe to open in a spreadsheet. A customer chooses file names, and a cell that begins like a formula is
/// run as one by Excel and its kin, so such a cell gets an apostrophe in front. Every text is quoted: a program that takes the semicolon for the separator must not
/// find a cell's beginning in the middle of a name.
/// </summary>
/// <param name="output">Where to.</param>
public sealed class SpreadsheetCsv(TextWriter output)
{
    // = + - @ and their full-width forms, which some spreadsheets take for them; white space that they skip before a formula.
    private const string Dangerous = "=+-@\t\r\n＝＋－＠";

    /// <summary>Writes a row. Numbers stay numbers; times are UTC in ISO 8601; null is an empty cell.</summary>
    public void Write(params ReadOnlySpan<object?> cells)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            output.Write(i == 0 ? "" : ",");
            output.Write(cells[i] switch
            {
                null => "",
                int or long or decimal => ((IFormattable)cells[i]!).ToString(null, CultureInfo.InvariantCulture),
                DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
                var text => Quote(text.ToString()!),
            });
        }

        output.Write("\r\n");
    }

    private static string Quote(string text)
    {
        // What stands behind blanks is a formula too for those that trim cells.
        var begin = text.AsSpan().TrimStart(' ');
        var guard = begin.Length > 0 && Dangerous.Contains(begin[0], StringComparison.Ordinal) ? "'" : "";
        return $"\"{guard}{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
