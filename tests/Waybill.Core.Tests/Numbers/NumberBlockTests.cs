using Waybill.Core.Numbers;

namespace Waybill.Core.Tests.Numbers;

/// <summary>Blocks are taken, given back and taken again together.</summary>
public sealed class NumberBlockTests
{
    [Fact]
    public async Task A_block_is_taken_shown_given_back_and_taken_again()
    {
        await using var core = await NumberCore.CreateAsync(size: 30);
        var block = (await core.Numbers.ActivateBlockAsync(core.One, NumberCore.Pattern("01224"), 10)).Get();
        Assert.Equal((10, "10042", '0'), (block.Size, block.Account, block.First.National[^1]));
        var inside = new PhoneNumber(block.First.E164 + 4);
        Assert.Equal(block, (await core.Numbers.BlockOfAsync(core.One, inside)).Get());
        Assert.Equal(NumberState.Active, (await core.Numbers.ShowAsync(core.One, block.Last)).Get().State);

        (await core.Numbers.DeactivateBlockAsync(core.One, inside)).Problem(ProblemKind.Invalid);
        (await core.Numbers.DeactivateBlockAsync(core.Two, block.First)).Problem(ProblemKind.NotFound);
        (await core.Numbers.DeactivateBlockAsync(core.One, block.First)).Get();
        Assert.Equal(NumberState.Quarantined, (await core.Numbers.ShowAsync(core.One, block.Last)).Get().State);
        (await core.Numbers.DeactivateBlockAsync(core.One, block.First)).Problem(ProblemKind.Refused);
        (await core.Numbers.ReactivateBlockAsync(core.One, block.First)).Get();
        (await core.Numbers.ReactivateBlockAsync(core.One, block.First)).Problem(ProblemKind.Refused);
        Assert.Equal(10, (await core.Numbers.ListAsync(new NumberQuery { Account = "10042" })).Get().Items.Count);
        Assert.Equal(10, (await core.AuditAsync(NumberActions.Reactivated)).Count);
    }

    [Fact]
    public async Task A_block_of_which_others_have_a_number_does_not_come_back()
    {
        await using var core = await NumberCore.CreateAsync(size: 10);
        var block = (await core.Numbers.ActivateBlockAsync(core.One, NumberCore.Pattern("01224"), 10)).Get();
        (await core.Numbers.DeactivateBlockAsync(core.One, block.First)).Get();
        core.Core.Time.Advance(TimeSpan.FromDays(90));
        (await core.Numbers.ActivateAsync(core.Two, block.Last)).Get();
        (await core.Numbers.ReactivateBlockAsync(core.One, block.First)).Problem(ProblemKind.Refused);
        Assert.Empty(await core.AuditAsync(NumberActions.Reactivated));
        (await core.Numbers.BlockOfAsync(core.Two, block.Last)).Problem(ProblemKind.NotFound);
    }

    [Fact]
    public async Task A_block_has_2_to_1000_numbers_and_any_number_of_them_in_a_row_will_do()
    {
        await using var core = await NumberCore.CreateAsync(size: 2010);
        (await core.Numbers.ActivateBlockAsync(core.One, NumberCore.Pattern("01224"), 1)).Problem(ProblemKind.Invalid);
        (await core.Numbers.ActivateBlockAsync(core.One, NumberCore.Pattern("01224"), NumberLimits.Block + 1)).Problem(ProblemKind.Invalid);
        (await core.Numbers.ActivateBlockAsync(core.Staff, NumberCore.Pattern("01224"), 10)).Problem(ProblemKind.Invalid);
        var largest = (await core.Numbers.ActivateBlockAsync(core.One, NumberCore.Pattern("01224"), NumberLimits.Block)).Get();
        Assert.EndsWith("000", largest.First.National, StringComparison.Ordinal);
        Assert.Equal(7, (await core.Numbers.ActivateBlockAsync(core.One, NumberCore.Pattern("01224"), 7)).Get().Size);
        (await core.Numbers.ActivateBlockAsync(core.One, NumberCore.Pattern("01225"), 7)).Problem(ProblemKind.NotFound);
    }

    [Fact]
    public async Task An_account_changes_two_thousand_numbers_of_blocks_at_once_and_then_a_hundred_a_second()
    {
        await using var core = await NumberCore.CreateAsync(size: 1020);
        var small = (await core.Numbers.ActivateBlockAsync(core.Two, NumberCore.Pattern("0122400101_"), 10)).Get();
        var block = (await core.Numbers.ActivateBlockAsync(core.One, NumberCore.Pattern("01224000___"), NumberLimits.Block)).Get();
        (await core.Numbers.DeactivateBlockAsync(core.One, block.First)).Get();
        Assert.Equal(NumberLimits.BlockNumbers, 2 * NumberLimits.Block);
        var refused = (await core.Numbers.ReactivateBlockAsync(core.One, block.First)).Problem(ProblemKind.TooFast);
        Assert.Equal("Account 10042 changes blocks too fast: 2000 numbers at once, and then 100 a second. Nothing was done; try again in 10 s.", refused.Message);
        (await core.Numbers.ActivateBlockAsync(core.One, NumberCore.Pattern("0122400100_"), 10)).Problem(ProblemKind.TooFast);

        // Nothing was done, single numbers go on, and so do other accounts.
        Assert.Equal(NumberState.Quarantined, (await core.Numbers.ShowAsync(core.One, block.Last)).Get().State);
        (await core.Numbers.ReactivateAsync(core.One, block.Last)).Get();
        (await core.Numbers.DeactivateBlockAsync(core.Two, small.First)).Get();
        core.Core.Time.Advance(TimeSpan.FromSeconds((double)NumberLimits.Block / NumberLimits.BlockNumbersPerSecond) - TimeSpan.FromMilliseconds(20));
        (await core.Numbers.ReactivateBlockAsync(core.One, block.First)).Problem(ProblemKind.TooFast);
        core.Core.Time.Advance(TimeSpan.FromMilliseconds(20));
        (await core.Numbers.ReactivateBlockAsync(core.One, block.First)).Get();
        (await core.Numbers.DeactivateBlockAsync(core.One, block.First)).Problem(ProblemKind.TooFast);
        (await core.Numbers.DeactivateBlockAsync(core.Staff, block.First)).Get();
    }

    [Fact]
    public async Task Blocks_taken_at_once_do_not_overlap()
    {
        await using var core = await NumberCore.CreateAsync(size: 200);
        var blocks = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(async () =>
            (await core.Numbers.ActivateBlockAsync(i % 2 == 0 ? core.One : core.Two, NumberCore.Pattern("01224"), 10)).Get())));
        Assert.Equal(20, blocks.Select(block => block.First).Distinct().Count());
        Assert.Equal(new RangeCounts(0, 0, 200, 0, 0), Assert.Single((await core.Core.Services.NumberRanges.ListAsync()).Items).Counts);
    }

    [Fact]
    public async Task A_block_whose_numbers_others_took_meanwhile_is_looked_for_again_and_not_for_ever()
    {
        await using var core = await NumberCore.CreateAsync(size: 20);
        var taken = await core.ActivateAsync("01224000005", core.Two);
        var asked = 0;
        var lost = await core.Numbers.ActivateBlockAsync(
            core.One, NumberCore.Pattern("01224"), 10,
            _ =>
            {
                asked++;
                return taken.E164 - 5;
            },
            CancellationToken.None);
        Assert.StartsWith("Others were quicker", lost.Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        Assert.Equal(NumberLimits.BlockTries, asked);
        Assert.Empty((await core.Numbers.ListAsync(new NumberQuery { Account = "10042" })).Get().Items);

        asked = 0;
        var block = await core.Numbers.ActivateBlockAsync(
            core.One, NumberCore.Pattern("01224"), 10, _ => asked++ == 0 ? taken.E164 - 5 : taken.E164 + 5, CancellationToken.None);
        Assert.Equal(("01224000010", 2), (block.Get().First.National, asked));
    }
}
