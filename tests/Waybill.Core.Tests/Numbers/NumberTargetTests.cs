using Waybill.Core.Numbers;

namespace Waybill.Core.Tests.Numbers;

/// <summary>Targets and their periods, as domain.md 1.4 has them.</summary>
public sealed class NumberTargetTests
{
    [Theory]
    [InlineData("441189999999", TargetKind.Pstn, "441189999999")]
    [InlineData("01189999999", TargetKind.Pstn, "441189999999")]
    [InlineData("33142685300", TargetKind.Pstn, "33142685300")]
    [InlineData("S:441224000000@sip.example", TargetKind.Sip, "441224000000@sip.example")]
    [InlineData("S:443300000000@endpoint", TargetKind.Sip, "443300000000@endpoint")]
    [InlineData("S:44@server1", TargetKind.Sip, "44@server1")]
    [InlineData("s:user@192.0.2.7:5080", TargetKind.SipInBand, "user@192.0.2.7:5080")]
    [InlineData("S:user:pass@sip.example", TargetKind.Sip, "user:pass@sip.example")]
    [InlineData("E:+441224000000@[2001:db8::7]:5061", TargetKind.SipTls, "+441224000000@[2001:db8::7]:5061")]
    [InlineData("I:user:pass@iax.example", TargetKind.Iax2, "user:pass@iax.example")]
    [InlineData("F:fax@example.com", TargetKind.Fax, "fax@example.com")]
    [InlineData("V:voice.mail@example.com", TargetKind.Voicemail, "voice.mail@example.com")]
    public void Every_type_is_read_and_written_alike(string text, TargetKind kind, string address)
    {
        var target = NumberTarget.Parse(text).Get();
        Assert.Equal(new NumberTarget(kind, address), target);
        Assert.Equal(target, NumberTarget.Parse(target.ToString()).Get());
    }

    [Theory]
    [InlineData("")]
    [InlineData("+441189999999")]
    [InlineData("123456")]
    [InlineData("1234567890123456")]
    [InlineData("H:something")]
    [InlineData("X:user@host")]
    [InlineData("S:")]
    [InlineData("S:user")]
    [InlineData("S:user@")]
    [InlineData("S:@host")]
    [InlineData("S:a:b:c@host")]
    [InlineData("S:user@host@host")]
    [InlineData("S:user@256.1.1.1")]
    [InlineData("S:user@1.2.3")]
    [InlineData("S:user@host:0")]
    [InlineData("S:user@host:65536")]
    [InlineData("S:user@-host")]
    [InlineData("S:user@[192.0.2.1]")]
    [InlineData("S:user@[fe80::1%eth0]")]
    [InlineData("S:us er@host")]
    [InlineData("S:user|x@host")]
    [InlineData("S:user@ho|st")]
    [InlineData("S:user\"@host")]
    [InlineData("F:fax")]
    [InlineData("F:fax@localhost")]
    [InlineData("V:a b@example.com")]
    [InlineData("S:müller@host")]
    public void What_is_no_target_is_refused_and_said_why(string text) => NumberTarget.Parse(text).Problem(ProblemKind.Invalid);

    [Fact]
    public void A_target_of_200_characters_is_taken_and_a_longer_one_is_not()
    {
        var fitting = $"S:u@{string.Join('.', [new string('h', 49), .. Enumerable.Repeat(new string('h', 48), 3)])}";
        Assert.Equal(NumberTarget.MaximumLength, NumberTarget.Parse(fitting).Get().ToString().Length);
        NumberTarget.Parse(fitting + "h").Problem(ProblemKind.Invalid);
    }

    [Fact]
    public void A_password_is_shown_to_nobody_else()
    {
        Assert.Equal("S:user:***@sip.example", NumberTarget.Parse("S:user:secret@sip.example").Get().ToShown());
        Assert.Equal("S:user@[2001:db8::7]:5061", NumberTarget.Parse("S:user@[2001:db8::7]:5061").Get().ToShown());
        Assert.Equal("F:fax@example.com", NumberTarget.Parse("F:fax@example.com").Get().ToShown());
    }

    [Theory]
    [InlineData("S:user:secret@sip.example")]
    [InlineData("s:user:secret@sip.example:5080")]
    [InlineData("E:user:secret@sip.example")]
    [InlineData("I:user:secret@iax.example")]
    public void What_is_shown_in_place_of_a_password_is_refused_as_one(string text) => Assert.Equal(
        "*** is shown in place of a password and is none. Give the password itself.",
        NumberTarget.Parse(NumberTarget.Parse(text).Get().ToShown()).Problem(ProblemKind.Invalid).Message);

    [Fact]
    public void Stars_elsewhere_are_read() => Assert.Equal("S:***:****@sip.example", NumberTarget.Parse("S:***:****@sip.example").Get().ToString());

    [Theory]
    [InlineData("0000")]
    [InlineData("0900-1730")]
    [InlineData("1-5:0900-1730,6:1000-1400")]
    [InlineData("2200-0600")]
    [InlineData("1800-2400")]
    public void Periods_are_read(string text) => Assert.Equal(text, TargetPeriods.Parse(text).Get().Text);

    [Theory]
    [InlineData("")]
    [InlineData("0900")]
    [InlineData("0900-0900")]
    [InlineData("2500-2600")]
    [InlineData("2400-0600")]
    [InlineData("0960-1000")]
    [InlineData("0-5:0900-1730")]
    [InlineData("8:0900-1730")]
    [InlineData(":0900-1730")]
    [InlineData("0900-1730,")]
    [InlineData("0000,0900-1730")]
    [InlineData("0900-1730 ")]
    public void What_are_no_periods_is_refused(string text) => TargetPeriods.Parse(text).Problem(ProblemKind.Invalid);

    [Fact]
    public void A_target_has_ten_periods_at_most()
    {
        var ten = string.Join(',', Enumerable.Repeat("1-5:0900-1000", TargetPeriods.Most));
        Assert.Equal(ten, TargetPeriods.Parse(ten).Get().Text);
        TargetPeriods.Parse(ten + ",6:0900-1000").Problem(ProblemKind.Invalid);
    }
}
