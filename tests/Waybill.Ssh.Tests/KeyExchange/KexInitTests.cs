using Waybill.Ssh.Hosting;
using Waybill.Ssh.KeyExchange;
using Waybill.SshKeys.Keys;
using Waybill.TestKit.Ssh;

namespace Waybill.Ssh.Tests.KeyExchange;

public sealed class KexInitTests
{
    [Fact]
    public void Every_truncation_and_every_surplus_is_refused()
    {
        var whole = new RawKexInit().ToPayload();
        Assert.True(KexInit.TryParse(whole, out _));
        for (var length = 1; length < whole.Length; length++)
        {
            Assert.False(KexInit.TryParse(whole.AsSpan(0, length), out _));
        }

        Assert.False(KexInit.TryParse([.. whole, 0], out _));
    }

    [Fact]
    public void A_length_beyond_the_message_is_refused()
    {
        var whole = new RawKexInit().ToPayload();
        foreach (var length in new byte[] { 0x7f, 0xff })
        {
            var bad = (byte[])whole.Clone();
            bad[17] = length;
            Assert.False(KexInit.TryParse(bad, out _));
        }
    }

    [Fact]
    public void A_reserved_field_that_is_not_zero_is_tolerated() => Assert.True(KexInit.TryParse(new RawKexInit { Reserved = 7 }.ToPayload(), out _));

    [Fact]
    public void The_longest_message_is_read_and_a_longer_one_is_not()
    {
        RawKexInit OfLength(int length)
        {
            var rest = length - new RawKexInit { LanguageToServer = [""] }.ToPayload().Length;
            return new RawKexInit { LanguageToServer = [new string(',', rest)] };
        }

        Assert.Equal(KexInit.Longest, OfLength(KexInit.Longest).ToPayload().Length);
        Assert.True(KexInit.TryParse(OfLength(KexInit.Longest).ToPayload(), out _));
        Assert.False(KexInit.TryParse(OfLength(KexInit.Longest + 1).ToPayload(), out _));
    }

    [Fact]
    public void The_strict_marker_is_in_our_first_message_only()
    {
        using var key = SshPrivateKeys.GenerateEd25519();
        var offer = AlgorithmOffer.For(SshPolicy.Modern, [key]);
        Assert.Contains(RawKexInit.StrictServer, RawKexInit.Parse(KexInit.Build(offer, isFirst: true)).KeyExchange);
        var later = RawKexInit.Parse(KexInit.Build(offer, isFirst: false));
        Assert.DoesNotContain(RawKexInit.StrictServer, later.KeyExchange);
        Assert.Equal(["none"], later.CompressionToServer);
        Assert.False(later.FirstKexPacketFollows);
        Assert.NotEqual(later.Cookie, RawKexInit.Parse(KexInit.Build(offer, isFirst: false)).Cookie);
    }

    [Fact]
    public void The_report_shows_the_lists_escaped()
    {
        Assert.True(KexInit.TryParse(new RawKexInit { HostKey = ["a\u0007b"] }.ToPayload(), out var parsed));
        var lines = parsed.Describe();
        Assert.Equal(8, lines.Count);
        Assert.Equal(@"host key: a\u{7}b", lines[1]);
    }
}
