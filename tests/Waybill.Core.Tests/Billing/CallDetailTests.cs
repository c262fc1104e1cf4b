using System.Text;
using Waybill.Core.Billing;
using Waybill.Core.Feeds;

namespace Waybill.Core.Tests.Billing;

/// <summary>The last calls of a call detail file.</summary>
public sealed class CallDetailTests
{
    [Fact]
    public void The_last_of_a_file_come_first_and_a_piece_of_a_line_is_no_call()
    {
        var file = File(100);
        var all = CallDetail.Read(file, isWhole: true, 1000);
        Assert.Equal(100, all.Count);
        Assert.Equal(all.Take(20), CallDetail.Read(file, isWhole: true, 20));
        Assert.Equal(all.Take(20), CallDetail.Read(file.AsSpan(file.Length / 2), isWhole: false, 20));
        Assert.True(all.SequenceEqual(all.OrderByDescending(static call => call.Time)));
        Assert.All(all, static call => Assert.Equal((new DateOnly(2026, 11, 20), "GBR"), (call.Date, call.Country)));
    }

    [Theory]
    [InlineData("a,b\n1,2\n")]
    [InlineData("")]
    [InlineData("\"")]
    public void Another_format_has_none(string text) => Assert.Empty(CallDetail.Read(Encoding.ASCII.GetBytes(text), isWhole: true, 20));

    [Theory]
    [InlineData(4, "2026-11-20")]
    [InlineData(5, "25:00:00")]
    [InlineData(6, "-1")]
    [InlineData(12, "1e3")]
    public void A_line_that_is_none_makes_it_another_format(int column, string cell)
    {
        var lines = Encoding.ASCII.GetString(File(3)).Split("\r\n");
        var cells = lines[1].Split(',');
        cells[column] = cell;
        lines[1] = string.Join(',', cells);
        Assert.Empty(CallDetail.Read(Encoding.ASCII.GetBytes(string.Join("\r\n", lines)), isWhole: true, 20));
    }

    private static byte[] File(int rows)
    {
        using var stream = new MemoryStream();
        new UkStandardCdr(3, "10042", new DateOnly(2026, 11, 20)).Write(stream, rows);
        return stream.ToArray();
    }
}
