using System.Text;
using Waybill.Core.Csv;

namespace Waybill.Core.Tests.Csv;

/// <summary>Tables as people send them.</summary>
public sealed class CsvTableTests
{
    private static readonly string[] Needed = ["id", "text"];
    private static readonly string[] Optional = ["note"];

    [Theory]
    [InlineData("id,text\n1,one\n2,two\n")]
    [InlineData("id,text\r\n1,one\r\n\r\n2,two")]
    [InlineData("\uFEFFID;Text\n1;one\n;\n2;two\n")]
    [InlineData("text\tid\none\t1\ntwo\t2\n")]
    [InlineData("id,text,note\n1,\"one\",\n\"2\", two ,x\n")]
    public void What_spreadsheets_write_is_read(string text)
    {
        var rows = Read(text).Get().Rows;
        Assert.Equal([("1", "one"), ("2", "two")], rows.Select(static row => (row["id"]!, row["text"]!)));
        Assert.Null(rows[0]["note"]);
    }

    [Fact]
    public void Quoted_cells_hold_separators_breaks_and_quotes_and_the_line_is_known()
    {
        var rows = Read("id,text\n1,\"a, \"\"b\"\"\r\nc\"\n2,d\n").Get().Rows;
        Assert.Equal("a, \"b\"\r\nc", rows[0]["text"]);
        Assert.Equal((2, 4), (rows[0].Line, rows[1].Line));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("\n\n", "empty")]
    [InlineData("id\n1\n", "does not name the column text")]
    [InlineData("id,text,nots\n", "'nots', which is not known")]
    [InlineData("id,text,ID\n", "names a column twice")]
    [InlineData("id,text\n1\n", "Line 2 has 1 cells")]
    [InlineData("id,text\n1,a,b\n", "Line 2 has 3 cells")]
    [InlineData("id,text\n1,\"a\n", "Line 2 has a quote that nothing closes")]
    [InlineData("id,text\n1,a\"b\n", "a quote in the middle")]
    [InlineData("id,text\n1,\"a\"b\n", "a quote in the middle")]
    [InlineData("id,text\n1,a\n2,b\n3,c\n4,d\n", "more than 3 rows")]
    public void What_is_wrong_is_said_with_its_line(string text, string words) => Assert.Contains(words, Read(text).Problem!.Message, StringComparison.Ordinal);

    [Fact]
    public void Its_bounds_hold()
    {
        Assert.Contains("UTF-16", CsvTable.Read([0xFF, 0xFE, 0x41, 0], 3, Needed, Optional).Problem!.Message, StringComparison.Ordinal);
        Assert.Contains("UTF-8", CsvTable.Read([0x69, 0xE4, 0x0A], 3, Needed, Optional).Problem!.Message, StringComparison.Ordinal);
        Assert.True(Read($"id,text\n1,{new string('x', CsvTable.CellLength)}").Succeeded);
        Assert.Contains("characters", Read($"id,text\n1,{new string('x', CsvTable.CellLength + 1)}").Problem!.Message, StringComparison.Ordinal);
        Assert.Contains($"more than {CsvTable.Columns} cells", Read($"id,text\n{new string(',', CsvTable.Columns)}").Problem!.Message, StringComparison.Ordinal);
    }

    private static Result<CsvTable> Read(string text) => CsvTable.Read(Encoding.UTF8.GetBytes(text), 3, Needed, Optional);
}
