using System.Net;
using System.Text;
using Waybill.Ftp.Control;
using Waybill.Ftp.Data;
using Waybill.TestKit;

namespace Waybill.Ftp.Tests.Control;

public sealed class ParsingTests
{
    [Theory]
    [InlineData("NOOP", "NOOP")]
    [InlineData("ÿôÿABOR", "ABOR")]
    [InlineData("ÿôÿòABOR", "ABOR")]
    [InlineData("aÿÿb", "aÿb")]
    [InlineData("aÿûxb", "ab")]
    [InlineData("aÿúany bytes at allÿðb", "ab")]
    [InlineData("aÿúnever ended", "a")]
    [InlineData("aÿ", "a")]
    [InlineData("aÿý", "a")]
    [InlineData("ÿÿÿÿ", "ÿÿ")]
    public void Telnets_commands_are_taken_out(string line, string expected)
    {
        var bytes = Encoding.Latin1.GetBytes(line);
        Assert.Equal(expected, Encoding.Latin1.GetString(bytes, 0, TelnetBytes.Strip(bytes)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public async Task Lines_are_the_same_however_they_are_cut(int piece)
    {
        var text = "USER a\r\nPASS b\nNOOP\r\n\r\n\nSTOR x\ry\r\n" + new string('x', 100) + "\r\n";
        using var reader = new ControlReader(new Pieces(Encoding.ASCII.GetBytes(text), piece), 100);
        var lines = new List<string>();
        ControlInput input;
        while ((input = await reader.ReadAsync(CancellationToken.None)) == ControlInput.Line)
        {
            lines.Add(Encoding.ASCII.GetString(reader.Line.Span));
        }

        Assert.Equal(ControlInput.Ended, input);
        Assert.Equal(["USER a", "PASS b", "NOOP", "", "", "STOR x\ry", new string('x', 100)], lines);
    }

    [Theory]
    [InlineData("127,0,0,1,200,1", "127.0.0.1:51201")]
    [InlineData("0,0,0,0,0,0", "0.0.0.0:0")]
    [InlineData("255,255,255,255,255,255", "255.255.255.255:65535")]
    [InlineData("127,0,0,1,200", null)]
    [InlineData("127,0,0,1,200,1,1", null)]
    [InlineData("127,0,0,1,256,1", null)]
    [InlineData("127,0,0,1,-1,1", null)]
    [InlineData("127,0,0,1,+1,1", null)]
    [InlineData("127, 0,0,1,1,1", null)]
    [InlineData("127,0,0,1,,1", null)]
    [InlineData("0x7f,0,0,1,1,1", null)]
    [InlineData("127,0,0,1,000001,1", null)]
    [InlineData("", null)]
    public void PORT_is_six_numbers(string text, string? expected)
    {
        var isPort = HostPort.TryParsePort(Encoding.ASCII.GetBytes(text), out var endPoint);
        Assert.Equal((expected is not null, expected), (isPort, endPoint?.ToString()));
    }

    [Theory]
    [InlineData("|1|127.0.0.1|51201|", "127.0.0.1:51201")]
    [InlineData("!2!::1!51201!", "[::1]:51201")]
    [InlineData("|2|fe80::1%eth0|51201|", null)]
    [InlineData("|1|127.1|51201|", null)]
    [InlineData("|1|2130706433|51201|", null)]
    [InlineData("|1|::1|51201|", null)]
    [InlineData("|2|127.0.0.1|51201|", null)]
    [InlineData("|1|127.0.0.1|65536|", null)]
    [InlineData("|1|127.0.0.1|51201", null)]
    [InlineData("|1|127.0.0.1|51201||", null)]
    [InlineData("1112701000101512011", null)]
    [InlineData("||||", null)]
    [InlineData("|1|localhost|51201|", null)]
    public void EPRT_is_a_protocol_an_address_and_a_port(string text, string? expected)
    {
        var isPort = HostPort.TryParseExtended(Encoding.ASCII.GetBytes(text), out var endPoint, out var isKnown);
        Assert.Equal((expected is not null, expected, true), (isPort, endPoint?.ToString(), isKnown));
    }

    [Fact]
    public void An_unknown_protocol_of_EPRT_is_known_as_that()
    {
        Assert.True(HostPort.TryParseExtended("|3|x|1|"u8, out _, out var isKnown));
        Assert.False(isKnown);
    }

    [Fact]
    public void An_IPv4_address_in_IPv6s_clothes_is_the_same()
    {
        Assert.Equal(IPAddress.Parse("192.0.2.1"), PassivePort.Plain(IPAddress.Parse("::ffff:192.0.2.1")));
        Assert.Equal(IPAddress.Parse("2001:db8::1"), PassivePort.Plain(IPAddress.Parse("2001:db8::1")));
    }

    [Fact]
    public void No_control_character_of_a_name_gets_into_a_reply()
    {
        var reply = new FtpReply(250, "a\r\n226 forged\u001b[31m") { Lines = ["x\ny"], LastLine = "e\rf" };
        Assert.Equal("250-a??226 forged?[31m\r\n x?y\r\n250 e?f\r\n", Encoding.UTF8.GetString(ReplyWriter.Write(reply)));
    }

    /// <summary>Gives what it has in pieces; a read of no bytes is done when there are some.</summary>
    private sealed class Pieces(byte[] content, int piece) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
