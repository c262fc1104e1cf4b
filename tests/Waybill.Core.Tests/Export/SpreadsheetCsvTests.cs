using Waybill.Core.Export;

namespace Waybill.Core.Tests.Export;

public sealed class SpreadsheetCsvTests
{
    [Theory]
    [InlineData("=HYPERLINK(\"http://evil\")", "\"'=HYPERLINK(\"\"http://evil\"\")\"")]
    [InlineData("+1", "\"'+1\"")]
    [InlineData("-1", "\"'-1\"")]
    [InlineData("@SUM(A1)", "\"'@SUM(A1)\"")]
    [InlineData("\tx", "\"'\tx\"")]
    [InlineData("\rx", "\"'\rx\"")]
    [InlineData("\nx", "\"'\nx\"")]
    [InlineData("  =1+1", "\"'  =1+1\"")]
    [InlineData("＝1+1", "\"'＝1+1\"")]
    [InlineData("/cdr/=1.csv", "\"/cdr/=1.csv\"")]
    [InlineData("a;=1+1", "\"a;'=1+1\"")]
    [InlineData("a;b; +1", "\"a;b;' +1\"")]
    [InlineData("a;", "\"a;'\"")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("", "\"\"")]
    public void A_cell_that_begins_like_a_formula_is_text(string cell, string written) => Assert.Equal(written + "\r\n", Write(cell));

    [Fact]
    public void Numbers_times_and_nothing_stay_what_they_are() => Assert.Equal(
        "-7,2026-11-21T09:05:07.123Z,,\"x\"\r\n", Write(-7L, new DateTimeOffset(2026, 11, 21, 10, 5, 7, 123, TimeSpan.FromHours(1)), null, "x"));

    [Theory]
    [InlineData("a;=1+1;b")]
    [InlineData("/upload/x;=cmd|'/C calc'!A0;y.csv")]
    [InlineData("a;  @SUM(A1)")]
    [InlineData("a;\"=1+1&\";=1")]
    [InlineData("a;\"\"=1+1;\"\";=1")]
    [InlineData("a\t=1+1")]
    [InlineData("a\n=1+1")]
    [InlineData("a\r\n=1+1\r\n;\t=1")]
    [InlineData("a;")]
    [InlineData("a; ")]
    [InlineData("a;\"")]
    public void A_program_with_another_separator_finds_no_formula_either(string cell)
    {
        var rows = Write(17L, cell) + Write(18L, cell, cell) + Write(cell, 19L, cell) + Write(new DateTimeOffset(2026, 11, 21, 10, 5, 7, TimeSpan.Zero), cell);
        foreach (var separator in ";\t,")
        {
            Assert.DoesNotContain(Split(rows, separator), field => field.TrimStart(' ') is [var first, ..] && "=+-@\t\r\n＝＋－＠".Contains(first, StringComparison.Ordinal));
        }
    }

    /// <summary>The fields of all rows as a spreadsheet finds them: quotes count where a field begins, what stands behind the closing one belongs to it.</summary>
    private static List<string> Split(string text, char separator)
    {
        List<string> fields = [];
        for (var i = 0; i < text.Length; i++)
        {
            var field = new System.Text.StringBuilder();
            if (text[i] == '"')
            {
                for (i++; i < text.Length && (text[i] != '"' || (i + 1 < text.Length && text[i + 1] == '"')); i++)
                {
                    i += text[i] == '"' ? 1 : 0;
                    field.Append(text[i]);
                }

                i++;
            }

            for (; i < text.Length && text[i] != separator && text[i] is not ('\r' or '\n'); i++)
            {
                field.Append(text[i]);
            }

            // CR LF ends one row.
            i += i + 1 < text.Length && text[i] == '\r' && text[i + 1] == '\n' ? 1 : 0;
            fields.Add(field.ToString());
        }

        return fields;
    }

    private static string Write(params object?[] cells)
    {
        var text = new StringWriter();
        new SpreadsheetCsv(text).Write(cells);
        return text.ToString();
    }
}
