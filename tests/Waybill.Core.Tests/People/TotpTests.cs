using System.Text;
using Waybill.Core.People;

namespace Waybill.Core.Tests.People;

public class TotpTests
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("12345678901234567890");

    // RFC 6238 appendix B, the rows of SHA1.
    [Theory]
    [InlineData(59, "94287082")]
    [InlineData(1111111109, "07081804")]
    [InlineData(1111111111, "14050471")]
    [InlineData(1234567890, "89005924")]
    [InlineData(2000000000, "69279037")]
    [InlineData(20000000000, "65353130")]
    public void Codes_are_those_of_the_rfc(long seconds, string code)
    {
        var time = DateTimeOffset.FromUnixTimeSeconds(seconds);
        Assert.Equal(code, Totp.Code(Secret, Totp.StepOf(time), digits: 8));
        Assert.Equal(code[2..], Totp.Code(Secret, Totp.StepOf(time)));
        Assert.Equal(Totp.StepOf(time), Totp.Match(Secret, code[2..], time, 0));
        Assert.Equal(Totp.StepOf(time), Totp.Match(Secret, $" {code[2..5]} {code[5..]} ", time, 0));
    }

    [Fact]
    public void A_code_counts_one_step_before_and_after_its_own_and_no_further()
    {
        var time = DateTimeOffset.FromUnixTimeSeconds(1_234_567_890);
        var code = Totp.Code(Secret, Totp.StepOf(time));
        foreach (var (seconds, counts) in ((int, bool)[])[(-60, false), (-30, true), (0, true), (30, true), (60, false)])
        {
            Assert.Equal(counts, Totp.Match(Secret, code, time.AddSeconds(seconds), 0) is not null);
        }
    }

    [Fact]
    public void A_code_that_was_used_and_those_before_it_do_not_count_again()
    {
        var time = DateTimeOffset.FromUnixTimeSeconds(1_234_567_890);
        var step = Totp.StepOf(time);
        Assert.Null(Totp.Match(Secret, Totp.Code(Secret, step), time, step));
        Assert.Null(Totp.Match(Secret, Totp.Code(Secret, step - 1), time, step));
        Assert.Equal(step + 1, Totp.Match(Secret, Totp.Code(Secret, step + 1), time, step));
    }

    [Theory]
    [InlineData("")]
    [InlineData("12345")]
    [InlineData("1234567")]
    [InlineData("12345a")]
    [InlineData("١٢٣٤٥٦")]
    [InlineData("123456                                            ")]
    public void What_is_no_code_fits_nothing(string typed) => Assert.Null(Totp.Match(Secret, typed, DateTimeOffset.FromUnixTimeSeconds(1_234_567_890), 0));

    [Fact]
    public void The_address_for_authenticators_holds_issuer_account_and_secret()
    {
        Assert.Equal(
            "otpauth://totp/Example%20%26%20Sons:ann%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example%20%26%20Sons",
            Totp.Uri(Secret, "Example & Sons", "ann@example.com"));
        Assert.Equal(20, Totp.NewSecret().Length);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void Base32_is_that_of_rfc_4648(string text, string encoded) => Assert.Equal(encoded, Base32.Encode(Encoding.ASCII.GetBytes(text)));
}
