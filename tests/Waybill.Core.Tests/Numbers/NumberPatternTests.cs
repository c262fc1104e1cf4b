using Waybill.Core.Numbers;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Numbers;

/// <summary>Patterns, and the jump to the next number that fits.</summary>
public sealed class NumberPatternTests
{
    [Theory]
    [InlineData("01224______", 441224000000, 441224999999, true)]
    [InlineData("+441224______", 441224000000, 441224999999, true)]
    [InlineData("01224", 441224000000, 441224999999, true)]
    [InlineData("01224000000", 441224000000, 441224000000, true)]
    [InlineData("0122_00____", 441220000000, 441229009999, false)]
    [InlineData("0800______", 44800000000, 44800999999, true)]
    [InlineData("0122400003", 44122400003, 44122400003, true)]
    public void A_pattern_has_its_bounds(string text, long low, long high, bool isContiguous)
    {
        var pattern = NumberCore.Pattern(text);
        Assert.Equal((low, high, isContiguous), (pattern.Low, pattern.High, pattern.IsContiguous));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1224")]
    [InlineData("01224_______")]
    [InlineData("00224______")]
    [InlineData("01224*")]
    [InlineData("P1224______")]
    [InlineData("01224 _____")]
    [InlineData("+331224")]
    public void What_is_no_pattern_is_refused(string text) => Assert.False(NumberPattern.TryParse(text, out _));

    [Fact]
    public void People_write_any_digit_in_their_way()
    {
        Assert.Equal("01224_____7", NumberPattern.ParseTyped("01224 xxx ??7").Get().ToString());
        Assert.Equal("01224______", NumberPattern.ParseTyped("01224*").Get().ToString());
        NumberPattern.ParseTyped("Aberdeen").Problem(ProblemKind.Invalid);
    }

    [Fact]
    public void The_next_that_fits_is_the_one_that_counting_finds()
    {
        var random = SeededRandom.FromEnvironment();
        for (var round = 0; round < 2000; round++)
        {
            // Two digits of the country, then ten of which the last three vary, so that counting is cheap.
            var tail = string.Concat(Enumerable.Range(0, 4).Select(_ => random.NextUInt32() % 2 == 0 ? '_' : (char)('0' + (random.NextUInt32() % 10))));
            var pattern = NumberCore.Pattern("0122400" + tail);
            var from = 441224000000 + (long)(random.NextUInt32() % 10_000);
            long? counted = null;
            for (var number = from; number <= 441224009999 && counted is null; number++)
            {
                counted = Fits(number, tail) ? number : null;
            }

            Assert.True(pattern.NextFrom(from) == counted, $"{pattern} from {from}: {pattern.NextFrom(from)} and not {counted}; seed {random.Seed}");
            Assert.True(pattern.Matches(from) == Fits(from, tail), $"{pattern} and {from}; seed {random.Seed}");
        }
    }

    private static bool Fits(long number, string tail)
    {
        var digits = (number % 10_000).ToString("0000", System.Globalization.CultureInfo.InvariantCulture);
        return Enumerable.Range(0, 4).All(i => tail[i] == '_' || tail[i] == digits[i]);
    }
}
