using Waybill.Core.Audit;

namespace Waybill.Core.Tests.Audit;

public sealed class AuditTextTests
{
    [Theory]
    [InlineData("plain /cdr/a b.csv", "plain /cdr/a b.csv")]
    [InlineData("Müller 😀", "Müller 😀")]
    [InlineData("a\r\nb", @"a\u000d\u000ab")]
    [InlineData("\u001b[2J", @"\u001b[2J")]
    [InlineData("\u009b2J", @"\u009b2J")]
    [InlineData("\u007f", @"\u007f")]
    [InlineData("gpj.\u202eexe", @"gpj.\u202eexe")]
    [InlineData("\u2066\u2069\u200e\u200f\u061c", @"\u2066\u2069\u200e\u200f\u061c")]
    [InlineData("a\u2028b\u2029c\ufeff", @"a\u2028b\u2029c\ufeff")]
    [InlineData("\0", @"\u0000")]
    [InlineData(@"\u000a", @"\\u000a")]
    public void What_could_steer_a_terminal_is_escaped_and_the_rest_stays(string text, string expected) =>
        Assert.Equal(expected, AuditText.Clean(text, 100, doubleBackslash: true));

    [Fact]
    public void Half_a_surrogate_pair_is_escaped() => Assert.Equal(@"a\ud83d", AuditText.Clean("a\ud83d", 100, doubleBackslash: true));

    [Fact]
    public void A_JSON_detail_keeps_its_own_escapes() =>
        Assert.Equal(@"{""to"":""a\\u000a""}", AuditText.Clean(@"{""to"":""a\\u000a""}", 100, doubleBackslash: false));

    [Fact]
    public void Text_at_the_limit_stays_and_text_beyond_is_cut_with_a_marker()
    {
        Assert.Equal(new string('x', 100), AuditText.Clean(new string('x', 100), 100, doubleBackslash: true));
        var cut = AuditText.Clean(new string('x', 101), 100, doubleBackslash: true)!;
        Assert.Equal(100, cut.Length);
        Assert.EndsWith("x [cut: 101 characters in all]", cut, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cut_falls_into_no_escape_and_no_pair()
    {
        for (var lead = 0; lead < 12; lead++)
        {
            foreach (var piece in new[] { "\u0007", "😀", "\\" })
            {
                var cut = AuditText.Clean(new string('x', lead) + string.Concat(Enumerable.Repeat(piece, 500)), 100, doubleBackslash: true)!;
                Assert.True(cut.Length <= 100);
                var kept = cut[lead..cut.IndexOf(" [cut", StringComparison.Ordinal)];
                var unit = AuditText.Clean(piece, 100, doubleBackslash: true)!;
                Assert.Equal(string.Concat(Enumerable.Repeat(unit, kept.Length / unit.Length)), kept);
            }
        }
    }

    [Fact]
    public void Null_stays_null() => Assert.Null(AuditText.Clean(null, 100, doubleBackslash: true));
}
