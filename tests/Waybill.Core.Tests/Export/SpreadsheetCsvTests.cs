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
    [InlineData("a;=1+1", "\"a;=1+1\"")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("", "\"\"")]
    public void A_cell_that_begins_like_a_formula_is_text(string cell, string written) => Assert.Equal(written + "\r\n", Write(cell));

    [Fact]
    public void Numbers_times_and_nothing_stay_what_they_are() => Assert.Equal(
        "-7,2026-11-21T09:05:07.123Z,,\"x\"\r\n", Write(-7L, new DateTimeOffset(2026, 11, 21, 10, 5, 7, 123, TimeSpan.FromHours(1)), null, "x"));

    private static string Write(params object?[] cells)
    {
        var text = new StringWriter();
        new SpreadsheetCsv(text).Write(cells);
        return text.ToString();
    }
}
