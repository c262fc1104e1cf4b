using System.Text;
using Waybill.Core.Numbers;

namespace Waybill.Core.Tests.Numbers;

/// <summary>Ranges, and lists of numbers.</summary>
public sealed class NumberRangeTests
{
    [Fact]
    public async Task A_range_has_band_prices_and_description_that_can_be_changed()
    {
        await using var core = await NumberCore.CreateAsync(size: 0);
        var ranges = core.Core.Services.NumberRanges;
        var terms = new RangeTerms("G1", 100, 50, "Aberdeen");
        var range = (await ranges.AddAsync(new NewRange(NumberCore.Of("01224000000"), NumberCore.Of("01224009999"), terms), TestCore.Operator)).Get();
        Assert.Equal((10_000, terms, new RangeCounts(10_000, 0, 0, 0, 0)), (range.Size, range.Terms, range.Counts));
        Assert.Equal("G2", (await ranges.SetTermsAsync(range.Id, terms with { Band = "G2" }, TestCore.Operator)).Get().Terms.Band);
        Assert.Single(await core.AuditAsync(NumberActions.RangeChanged));
        (await ranges.SetTermsAsync(range.Id, terms with { Band = "no band" }, TestCore.Operator)).Problem(ProblemKind.Invalid);
        (await ranges.SetTermsAsync(range.Id, terms with { SetupPrice = RangeTerms.HighestPrice + 1 }, TestCore.Operator)).Problem(ProblemKind.Invalid);
        (await ranges.SetTermsAsync(99, terms, TestCore.Operator)).Problem(ProblemKind.NotFound);
    }

    [Theory]
    [InlineData("01224009999", "01224000000", ProblemKind.Invalid)]
    [InlineData("0122400000", "01224000009", ProblemKind.Invalid)]
    [InlineData("P1224000000", "P1224000009", ProblemKind.Invalid)]
    [InlineData("01224000000", "01224100000", ProblemKind.LimitReached)]
    public async Task What_is_no_range_is_refused(string first, string last, ProblemKind kind)
    {
        await using var core = await NumberCore.CreateAsync(size: 0);
        (await core.Core.Services.NumberRanges.AddAsync(new NewRange(NumberCore.Of(first), NumberCore.Of(last), new RangeTerms()), TestCore.Operator)).Problem(kind);
    }

    [Fact]
    public async Task No_number_is_in_two_ranges_nor_ported_in_before()
    {
        await using var core = await NumberCore.CreateAsync();
        (await core.Core.Services.NumberRanges.AddAsync(new NewRange(NumberCore.Of("01224000099"), NumberCore.Of("01224000199"), new RangeTerms()), TestCore.Operator))
            .Problem(ProblemKind.AlreadyExists);
        (await core.Numbers.PortInAsync("10042", [NumberCore.Of("02012345678")], TestCore.Operator)).Get();
        (await core.Core.Services.NumberRanges.AddAsync(new NewRange(NumberCore.Of("02012345000"), NumberCore.Of("02012345999"), new RangeTerms()), TestCore.Operator))
            .Problem(ProblemKind.AlreadyExists);
        Assert.Single((await core.Core.Services.NumberRanges.ListAsync()).Items);
    }

    [Fact]
    public async Task A_file_of_ranges_is_imported_and_again_without_harm()
    {
        await using var core = await NumberCore.CreateAsync(size: 0);
        var ranges = RangeCsv.Parse(Encoding.UTF8.GetBytes("""
            First,Last,Band,Setup,Monthly,Description
            01224 000000,01224 000099,G1,1.50,0.5,"Aberdeen, centre"

            0800123000,0800123009,,,,
            """)).Get();
        Assert.Equal(new RangeTerms("G1", 150, 50, "Aberdeen, centre"), ranges[0].Terms);
        Assert.Equal(new RangeTerms(), ranges[1].Terms);
        Assert.Equal(new RangeImport(2, 0, 110), (await core.Core.Services.NumberRanges.ImportAsync(ranges, TestCore.Operator)).Get());
        Assert.Equal(new RangeImport(0, 2, 0), (await core.Core.Services.NumberRanges.ImportAsync(ranges, TestCore.Operator)).Get());
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("first,last\n", "no line")]
    [InlineData("first\n01224000000\n", "does not name the column last")]
    [InlineData("first,last,colour\n1,2,3\n", "colour")]
    [InlineData("first,last\n01224000000\n", "Line 2")]
    [InlineData("first,last\n01224000000,nine\n", "Line 2")]
    [InlineData("first,last,setup\n01224000000,01224000009,free\n", "free")]
    [InlineData("first,last,setup\n01224000000,01224000009,1.505\n", "1.505")]
    [InlineData("first,last\n\"01224000000,01224000009\n", "nothing closes")]
    public void What_is_no_file_of_ranges_is_refused_with_its_line(string content, string word) =>
        Assert.Contains(word, RangeCsv.Parse(Encoding.UTF8.GetBytes(content)).Problem(ProblemKind.Invalid).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_file_has_a_thousand_ranges_and_a_mebibyte_at_most()
    {
        var lines = string.Concat(Enumerable.Range(0, NumberLimits.RangesTogether).Select(i => $"0122{i:0000}00,0122{i:0000}09\n"));
        RangeCsv.Parse(Encoding.UTF8.GetBytes("first,last\n" + lines)).Get();
        RangeCsv.Parse(Encoding.UTF8.GetBytes("first,last\n" + lines + "0300000000,0300000009\n")).Problem(ProblemKind.LimitReached);
        RangeCsv.Parse(new byte[NumberLimits.RangeFile + 1]).Problem(ProblemKind.LimitReached);
        await using var core = await NumberCore.CreateAsync(size: 0);
        (await core.Core.Services.NumberRanges.ImportAsync([], TestCore.Operator)).Problem(ProblemKind.Invalid);
    }

    [Fact]
    public async Task Pages_of_numbers_leave_nothing_out()
    {
        await using var core = await NumberCore.CreateAsync(size: 25);
        await core.AddRangeAsync("0122400099", 3);
        await core.ActivateAsync("01224000007");
        foreach (var (query, count) in ((NumberQuery, int)[])
            [
                (new NumberQuery(), 28), (new NumberQuery { Pattern = NumberCore.Pattern("01224") }, 28), (new NumberQuery { Pattern = NumberCore.Pattern("012240000_5") }, 2), (new NumberQuery { Pattern = NumberCore.Pattern("01224000007") }, 1),
                (new NumberQuery { State = NumberState.Free }, 27), (new NumberQuery { State = NumberState.Active }, 1), (new NumberQuery { Account = "10042" }, 1),
                (new NumberQuery { Account = "10042", State = NumberState.PortedIn }, 0), (new NumberQuery { Account = "10043" }, 0),
            ])
        {
            List<long> seen = [];
            string? after = null;
            do
            {
                var page = (await core.Numbers.ListAsync(query with { Size = 4, After = after })).Get();
                seen.AddRange(page.Items.Select(number => number.Number.E164));
                after = page.Next;
            }
            while (after is not null);
            Assert.Equal(count, seen.Count);
            Assert.Equal(seen.Distinct().Order(), seen);
        }

        (await core.Numbers.ListAsync(new NumberQuery { Account = "nobody" })).Problem(ProblemKind.NotFound);
        (await core.Numbers.ListAsync(new NumberQuery { After = "x" })).Problem(ProblemKind.Invalid);
    }

    [Fact]
    public async Task A_hundred_thousand_numbers_are_added_at_once_and_found()
    {
        await using var core = await NumberCore.CreateAsync(size: NumberLimits.Range);
        await core.Numbers.AllocateAsync(core.One, NumberCore.Pattern("01224______"));
        foreach (var pattern in (string[])["01224______", "0122400____", "0122_0__123", "0_______777", "0__________"])
        {
            var wanted = NumberCore.Pattern(pattern);
            Assert.Matches($"^{pattern.Replace('_', '.')}$", (await core.Numbers.AllocateAsync(core.One, wanted)).Get().National);
            var found = (await core.Numbers.ListAsync(new NumberQuery { Pattern = wanted, Size = 50 })).Get().Items;
            Assert.NotEmpty(found);
            Assert.All(found, number => Assert.Matches($"^{pattern.Replace('_', '.')}$", number.Number.National));
        }
    }
}
