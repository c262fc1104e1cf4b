using Waybill.Net.Logging;

namespace Waybill.Net.Tests.Logging;

public class PeerTextTests
{
    [Theory]
    [InlineData("10020", "10020")]
    [InlineData("Zürich 東京", "Zürich 東京")]
    [InlineData("a\u001b[31mred", "a\\u{1b}[31mred")]
    [InlineData("a\r\nb", "a\\u{d}\\u{a}b")]
    [InlineData("\u202Egnp.exe", "\\u{202e}gnp.exe")]
    [InlineData("zero\u200Bwidth", "zero\\u{200b}width")]
    [InlineData("c1\u0085", "c1\\u{85}")]
    public void Text_that_could_steer_a_terminal_is_written_out(string text, string expected) =>
        Assert.Equal(expected, PeerText.Sanitise(text));

    [Fact]
    public void A_lone_surrogate_is_written_out() => Assert.Equal("lone\\u{fffd}", PeerText.Sanitise("lone" + (char)0xd800));

    [Fact]
    public void Long_text_is_cut() => Assert.Equal(new string('x', 256) + "…", PeerText.Sanitise(new string('x', 300)));
}
