using System.Text;
using Waybill.Ntsapi.Control;

namespace Waybill.Ntsapi.Tests.Control;

/// <summary>What comes is cut into commands, however clients end them and the network splits them.</summary>
public sealed class FramingTests
{
    private const int Longest = 40;

    [Theory]
    [InlineData("STAT 1\r\nSTAT 2\r\n", "STAT 1|STAT 2")]
    [InlineData("STAT 1\nSTAT 2\n", "STAT 1|STAT 2")]
    [InlineData("STAT 1\rSTAT 2\r", "STAT 1|STAT 2")]
    [InlineData("AUTH a b\r\nSTAT 1\rSTAT 2\nQUIT\r", "AUTH a b|STAT 1|STAT 2|QUIT")]
    [InlineData("\r\n\n\n\r\r\nSTAT 1\n\r", "STAT 1")]
    [InlineData("STAT 1\n\rSTAT 2\n\r", "STAT 1|STAT 2")]
    [InlineData("STAT 1", "")]
    [InlineData("STAT 1\nSTAT", "STAT 1")]
    [InlineData("", "")]
    public void Commands_end_by_any_of_the_ends_wherever_the_network_splits_them(string text, string commands)
    {
        for (var piece = 1; piece <= text.Length + 1; piece++)
        {
            Assert.Equal(commands, string.Join('|', Cut(text, piece)));
        }

        for (var at = 0; at <= text.Length; at++)
        {
            Assert.Equal(commands, string.Join('|', Cut([text[..at], text[at..]])));
        }
    }

    [Fact]
    public void A_carriage_return_ends_a_command_before_the_line_feed_behind_it_has_come()
    {
        using var lines = new CommandLines(Longest);
        Add(lines, "STAT 1\r");
        Assert.Equal(CommandInput.Line, lines.TryTake());
        Assert.Equal(LineEnd.CarriageReturn, lines.End);
        Add(lines, "\n");
        Assert.Equal(CommandInput.None, lines.TryTake());
        Assert.False(lines.HasUnfinished);
        Add(lines, "STAT 2\n");
        Assert.Equal(CommandInput.Line, lines.TryTake());
        Assert.Equal("STAT 2", Text(lines));
        Assert.Equal(LineEnd.LineFeed, lines.End);
    }

    [Fact]
    public void What_has_no_end_is_a_command_when_no_more_comes()
    {
        using var lines = new CommandLines(Longest);
        Add(lines, "STAT 1\nSTA");
        Assert.Equal(CommandInput.Line, lines.TryTake());
        Assert.Equal(CommandInput.None, lines.TryTake());
        Assert.Equal("STA", Encoding.ASCII.GetString(lines.Unfinished));
        Add(lines, "T 2");
        Assert.Equal(CommandInput.None, lines.TryTake());
        Assert.Equal(CommandInput.Line, lines.TakeUnfinished(LineEnd.Silence));
        Assert.Equal("STAT 2", Text(lines));
        Assert.Equal(LineEnd.Silence, lines.End);
        Assert.Equal(CommandInput.None, lines.TakeUnfinished(LineEnd.Silence));
        Add(lines, "STAT 3\n");
        Assert.Equal(CommandInput.Line, lines.TryTake());
        Assert.Equal("STAT 3", Text(lines));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void A_command_that_is_too_long_is_told_once(string end)
    {
        var text = new string('x', Longest) + end + new string('y', Longest + 1) + end + new string('z', 5 * Longest) + end + "QUIT" + end;
        for (var piece = 1; piece <= text.Length; piece++)
        {
            Assert.Equal(["xxxx", "TooLong", "TooLong", "QUIT"], Cut(text, piece).Select(static line => line.Length > 7 ? line[..4] : line));
        }
    }

    [Fact]
    public void One_that_is_too_long_and_has_no_end_is_over_when_no_more_comes()
    {
        using var lines = new CommandLines(Longest);
        Add(lines, new string('x', Longest + 1));
        Assert.Equal(CommandInput.TooLong, lines.TryTake());
        Add(lines, "yyy");
        Assert.Equal(CommandInput.None, lines.TryTake());
        Assert.True(lines.HasUnfinished);
        Assert.Equal(CommandInput.None, lines.TakeUnfinished(LineEnd.Silence));
        Add(lines, "QUIT\n");
        Assert.Equal(CommandInput.Line, lines.TryTake());
        Assert.Equal("QUIT", Text(lines));
    }

    [Fact]
    public void Bytes_without_end_are_a_flood()
    {
        using var lines = new CommandLines(Longest);
        var count = 0;
        CommandInput input;
        do
        {
            var room = lines.Room();
            room.Span.Fill((byte)'x');
            lines.Added(room.Length);
            count += room.Length;
            input = lines.TryTake();
        }
        while (input is CommandInput.None or CommandInput.TooLong);
        Assert.Equal(CommandInput.Flood, input);
        Assert.InRange(count, CommandLines.PassedOver, CommandLines.PassedOver + (2 * CommandLines.Block));
    }

    private static List<string> Cut(string text, int piece) => Cut([.. text.Chunk(piece).Select(static part => new string(part))]);

    private static List<string> Cut(IReadOnlyList<string> pieces)
    {
        using var lines = new CommandLines(Longest);
        List<string> commands = [];
        foreach (var piece in pieces)
        {
            Add(lines, piece);
            while (lines.TryTake() is var input and not CommandInput.None)
            {
                commands.Add(input == CommandInput.Line ? Text(lines) : input.ToString());
            }
        }

        return commands;
    }

    private static void Add(CommandLines lines, string text) => lines.Added(Encoding.ASCII.GetBytes(text, lines.Room().Span));

    private static string Text(CommandLines lines) => Encoding.ASCII.GetString(lines.Line.Span);
}
