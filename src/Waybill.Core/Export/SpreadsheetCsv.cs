using System.Globalization;
using System.Text;

namespace Waybill.Core.Export;

/// <summary>
/// Comma-separated values (RFC 4180, UTF-8, CRLF) that are safe to open in a spreadsheet. A customer chooses file names, and a cell that begins like a formula is
/// run as one by Excel and its kin, so such a cell gets an apostrophe in front. A program that takes the semicolon or the tab for the separator (most of Europe) finds
/// cells' beginnings in the middle of a text too, since quotes mean something to it only where a cell begins: there the apostrophe stands as well.
/// </summary>
/// <param name="output">Where to.</param>
public sealed class SpreadsheetCsv(TextWriter output)
{
    // = + - @ and their full-width forms, which some spreadsheets take for them; white space that they skip before a formula.
    private const string Dangerous = "=+-@\t\r\n＝＋－＠";

    // Where such a program begins a cell. A row that it ends inside of a text begins with a cell too.
    private const string Separators = ";\t\r\n";

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
        var quoted = new StringBuilder(text.Length + 8).Append('"').Append(IsDangerous(text) ? "'" : "");
        for (var i = 0; i < text.Length; i++)
        {
            quoted.Append(text[i]).Append(text[i] == '"' ? "\"" : "");
            if (Separators.Contains(text[i], StringComparison.Ordinal) && IsOpen(text.AsSpan(i + 1)))
            {
                quoted.Append('\'');
            }
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>What stands behind blanks is a formula too for those that trim cells.</summary>
    private static bool IsDangerous(ReadOnlySpan<char> text) => text.TrimStart(' ') is [var first, ..] && Dangerous.Contains(first, StringComparison.Ordinal);

    /// <summary>A quotation mark, also the one that ends the text, would quote what comes behind it, and free what is quoted.</summary>
    private static bool IsOpen(ReadOnlySpan<char> rest) => rest.TrimStart(' ') is [] or ['"', ..] || IsDangerous(rest);
}
