using Waybill.Core.Numbers;

namespace Waybill.Core.Tests.Numbers;

/// <summary>Numbers as programs and people write them.</summary>
public sealed class PhoneNumberTests
{
    [Theory]
    [InlineData("01224000000", 441224000000, false)]
    [InlineData("+441224000000", 441224000000, false)]
    [InlineData("441224000000", 441224000000, false)]
    [InlineData("P1224000000", 441224000000, true)]
    [InlineData("0800123456", 44800123456, false)]
    public void The_forms_of_programs_are_one_number(string text, long number, bool isPorted)
    {
        Assert.True(PhoneNumber.TryParse(text, out var read));
        Assert.Equal(new PhoneNumber(number, isPorted), read);
        Assert.Equal(isPorted ? text : $"0{number.ToString(System.Globalization.CultureInfo.InvariantCulture)[2..]}", read.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("012240000000")]
    [InlineData("012240000")]
    [InlineData("00224000000")]
    [InlineData("1224000000")]
    [InlineData("+4401224000000")]
    [InlineData("+331224000000")]
    [InlineData("p1224000000")]
    [InlineData("0122400000x")]
    [InlineData("0122400000_")]
    [InlineData(" 01224000000")]
    [InlineData("٠1224000000")]
    [InlineData("01224٠00000")]
    [InlineData("+P1224000000")]
    [InlineData("-1224000000")]
    public void What_is_no_number_is_refused(string text) => Assert.False(PhoneNumber.TryParse(text, out _));

    [Theory]
    [InlineData("01224 000 000")]
    [InlineData("(01224) 000-000")]
    [InlineData("+44 (0)1224 000000")]
    [InlineData("+44.1224.000000")]
    public void People_may_part_the_digits(string text) => Assert.Equal("01224000000", PhoneNumber.ParseTyped(text).Get().National);

    [Fact]
    public void A_person_is_told_how_to_write_it() =>
        Assert.Contains("01224000000", PhoneNumber.ParseTyped("twelve").Problem(ProblemKind.Invalid).Message, StringComparison.Ordinal);
}
