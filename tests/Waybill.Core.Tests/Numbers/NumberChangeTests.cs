using Waybill.Core.Numbers;

namespace Waybill.Core.Tests.Numbers;

/// <summary>The change feed is kept for a time, and says so to whoever comes later.</summary>
public sealed class NumberChangeTests
{
    [Fact]
    public async Task Old_changes_go_and_whoever_comes_too_late_is_told_where_to_go_on()
    {
        await using var core = await NumberCore.CreateAsync(options: new NumberOptions { ChangeDays = 30 });
        var changes = core.Core.Services.NumberChanges;
        var number = await core.ActivateAsync();
        var before = (await changes.SinceAsync(0)).Get();
        Assert.Equal((2, 2L, false), (before.Items.Count, before.Next, before.Gap is not null));
        core.Core.Time.Advance(TimeSpan.FromDays(20));
        (await core.Numbers.SetPinAsync(core.One, number, "1234")).Get();
        Assert.Equal(0, (await core.Numbers.PruneChangesAsync()).Get());
        core.Core.Time.Advance(TimeSpan.FromDays(11));
        Assert.Equal(2, (await core.Numbers.PruneChangesAsync()).Get());

        foreach (var account in (string?[])[null, "10042"])
        {
            foreach (var since in (long[])[0, 1])
            {
                var gone = (await changes.SinceAsync(since, account)).Get();
                Assert.Equal((ChangeGap.NotKept, 3L, 0, false), (gone.Gap, gone.Next, gone.Items.Count, gone.IsMore));
            }

            // Who was there last misses nothing.
            var rest = (await changes.SinceAsync(2, account)).Get();
            Assert.Equal((null, 3L, NumberActions.PinSet), (rest.Gap, rest.Next, Assert.Single(rest.Items).Kind));
        }

        Assert.Equal(NumberActions.PinSet, Assert.Single((await changes.OfAsync(number)).Items).Kind);
        Assert.Equal(2, (await core.AuditAsync(NumberActions.Activated)).Count + (await core.AuditAsync(NumberActions.PinSet)).Count);

        // Also when nothing at all is left, and the places go on behind what is gone.
        core.Core.Time.Advance(TimeSpan.FromDays(31));
        Assert.Equal(1, (await core.Numbers.PruneChangesAsync()).Get());
        Assert.Equal((ChangeGap.NotKept, 3L), ((await changes.SinceAsync(2)).Get().Gap, (await changes.SinceAsync(2)).Get().Next));
        var end = (await changes.SinceAsync(3)).Get();
        Assert.Equal((null, 3L), (end.Gap, end.Next));
        (await core.Numbers.SetPinAsync(core.One, number, null)).Get();
        Assert.Equal(4, Assert.Single((await changes.SinceAsync(3)).Get().Items).Sequence);
        Assert.Equal(ChangeGap.NotKept, (await changes.SinceAsync(2)).Get().Gap);
    }

    [Fact]
    public async Task Who_follows_a_quiet_account_misses_nothing_when_the_changes_of_others_go()
    {
        await using var core = await NumberCore.CreateAsync(options: new NumberOptions { ChangeDays = 30 });
        var changes = core.Core.Services.NumberChanges;
        await core.ActivateAsync();
        var place = (await changes.SinceAsync(0, "10043")).Get().Next;
        var number = await core.ActivateAsync("01224000001");
        place = (await changes.SinceAsync(place, "10043")).Get().Next;
        core.Core.Time.Advance(TimeSpan.FromDays(31));
        (await core.Numbers.SetPinAsync(core.One, number, "1234")).Get();
        (await core.Numbers.PruneChangesAsync()).Get();
        var page = (await changes.SinceAsync(place, "10043")).Get();
        Assert.Equal((null, 0), (page.Gap, page.Items.Count));
        await core.ActivateAsync("01224000002", core.Two);
        Assert.Equal("01224000002", Assert.Single((await changes.SinceAsync(page.Next, "10043")).Get().Items).Number.National);
    }

    [Fact]
    public async Task A_feed_of_which_nothing_ever_happened_has_nothing_gone()
    {
        await using var core = await NumberCore.CreateAsync(size: 0);
        var page = (await core.Core.Services.NumberChanges.SinceAsync(0)).Get();
        Assert.Equal((null, 0L, 0), (page.Gap, page.Next, page.Items.Count));
        Assert.Equal((ChangeGap.NotHere, 0L), await core.Core.Services.NumberChanges.SinceAsync(1) is var ahead ? (ahead.Get().Gap, ahead.Get().Next) : default);
        Assert.Equal(0, (await core.Numbers.PruneChangesAsync()).Get());
    }

    [Fact]
    public async Task More_changes_than_fit_into_a_transaction_all_go_and_those_behind_a_younger_one_stay()
    {
        await using var core = await NumberCore.CreateAsync();
        core.Core.Tamper(
            $$"""
            INSERT INTO number_change (number, kind, at, actor_kind, actor, data)
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {{(2 * NumberLimits.Together) + 10}})
            SELECT 441224000000, 'number-pin-set', (SELECT at FROM number_change WHERE sequence = 1), 'system', 'waybill', '{}' FROM n
            """);

        // A clock that was set back: what is older by its time comes behind what is younger.
        core.Core.Tamper($"UPDATE number_change SET at = at + 86400000 * 300 WHERE sequence = {(2 * NumberLimits.Together) + 5}");
        core.Core.Time.Advance(TimeSpan.FromDays(366));
        Assert.Equal((2 * NumberLimits.Together) + 4, (await core.Numbers.PruneChangesAsync()).Get());
        Assert.Equal(7, (await core.Core.Services.NumberChanges.SinceAsync((2 * NumberLimits.Together) + 4)).Get().Items.Count);
    }
}
