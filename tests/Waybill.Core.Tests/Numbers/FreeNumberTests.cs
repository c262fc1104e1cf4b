using System.Collections.Concurrent;
using Waybill.Core.Numbers;

namespace Waybill.Core.Tests.Numbers;

/// <summary>Finding free numbers: they vary, none is given twice, and it stays quick.</summary>
public sealed class FreeNumberTests
{
    [Fact]
    public async Task Two_hundred_at_once_take_numbers_from_one_range_and_none_is_taken_twice()
    {
        await using var core = await NumberCore.CreateAsync(size: 10_000);
        var pattern = NumberCore.Pattern("01224______");
        var taken = new ConcurrentBag<long>();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(async () =>
        {
            for (var left = 5; left > 0;)
            {
                var number = (await core.Numbers.AllocateAsync(core.One, pattern)).Get();
                if ((await core.Numbers.ActivateAsync(i % 2 == 0 ? core.One : core.Two, number)) is { Succeeded: true } done)
                {
                    taken.Add(done.Value.Number.E164);
                    left--;
                }
            }
        })));

        Assert.Equal(1000, taken.Count);
        Assert.Equal(1000, taken.Distinct().Count());
        var counts = Assert.Single((await core.Core.Services.NumberRanges.ListAsync()).Items).Counts;
        Assert.Equal(new RangeCounts(9000, 0, 1000, 0, 0), counts);
        foreach (var account in (string[])["10042", "10043"])
        {
            Assert.Equal(500, (await core.Numbers.ListAsync(new NumberQuery { Account = account, Size = 1000 })).Get().Items.Count);
        }
    }

    [Fact]
    public async Task All_who_want_the_same_number_but_one_are_refused()
    {
        await using var core = await NumberCore.CreateAsync(size: 1);
        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(async () =>
            await core.Numbers.ActivateAsync(i % 2 == 0 ? core.One : core.Two, NumberCore.Of(NumberCore.First)))));
        Assert.Single(results, result => result.Succeeded);
        Assert.Single(await core.AuditAsync(NumberActions.Activated));
    }

    [Fact]
    public async Task A_range_is_used_to_its_last_number()
    {
        await using var core = await NumberCore.CreateAsync(size: 300);
        var pattern = NumberCore.Pattern("01224______");
        for (var i = 0; i < 300; i++)
        {
            (await core.Numbers.ActivateAsync(core.One, (await core.Numbers.AllocateAsync(core.One, pattern)).Get())).Get();
        }

        Assert.Equal("No number that fits 01224______ is free. Try another pattern.", (await core.Numbers.AllocateAsync(core.One, pattern)).Problem(ProblemKind.NotFound).Message);
    }

    [Fact]
    public async Task One_pattern_gets_other_numbers_each_time_also_when_only_the_last_of_a_range_are_free()
    {
        await using var core = await NumberCore.CreateAsync(size: 1000);
        core.Core.Tamper("UPDATE phone_number SET state = 'active', account_id = 1 WHERE number < 441224000900; UPDATE number_range SET free = 100, active = 900");
        var found = new HashSet<long>();
        for (var i = 0; i < 40; i++)
        {
            found.Add((await core.Numbers.AllocateAsync(core.One, NumberCore.Pattern("01224______"))).Get().E164);
        }

        // Forty out of sixty-four and more: fewer than fifteen different ones come once in 10^12 runs.
        Assert.True(found.Count >= 15, $"{found.Count} different numbers");
        Assert.All(found, number => Assert.InRange(number, 441224000900, 441224000999));
    }

    [Theory]
    [InlineData("01224______")]
    [InlineData("+441224______")]
    [InlineData("01224")]
    [InlineData("0122400__7_")]
    [InlineData("0________50")]
    [InlineData("0__________")]
    [InlineData("01224000042")]
    public async Task What_is_found_fits(string text)
    {
        await using var core = await NumberCore.CreateAsync();
        await core.AddRangeAsync("02080000000", 50);
        var pattern = NumberCore.Pattern(text);
        for (var i = 0; i < 20; i++)
        {
            Assert.True(pattern.Matches((await core.Numbers.AllocateAsync(core.One, pattern)).Get().E164));
        }
    }

    [Fact]
    public async Task A_beginning_alone_finds_shorter_numbers_too_and_what_does_not_fit_is_not_found()
    {
        await using var core = await NumberCore.CreateAsync();
        await core.AddRangeAsync("0800123000", 10);
        Assert.Equal(10, (await core.Numbers.AllocateAsync(core.One, NumberCore.Pattern("0800"))).Get().National.Length);
        (await core.Numbers.AllocateAsync(core.One, NumberCore.Pattern("0800_______"))).Problem(ProblemKind.NotFound);
        (await core.Numbers.AllocateAsync(core.One, NumberCore.Pattern("01225______"))).Problem(ProblemKind.NotFound);
        (await core.Numbers.AllocateAsync(core.One, NumberCore.Pattern("012240001__"))).Problem(ProblemKind.NotFound);
    }

    [Fact]
    public async Task Ten_digits_are_a_number_of_ten_where_it_is_free_and_else_a_beginning()
    {
        await using var core = await NumberCore.CreateAsync();
        await core.AddRangeAsync("0122400003", 1);
        var pattern = NumberCore.Pattern("0122400003");
        Assert.Equal("0122400003", (await core.Numbers.AllocateAsync(core.One, pattern)).Get().National);
        Assert.Equal(
            ["0122400003", .. Enumerable.Range(30, 10).Select(static i => $"012240000{i}")],
            (await core.Numbers.ListAsync(new NumberQuery { Pattern = pattern })).Get().Items.Select(static item => item.Number.National));
        var block = (await core.Numbers.ActivateBlockAsync(core.One, pattern, 10)).Get();
        Assert.Equal(("01224000030", "01224000039"), (block.First.National, block.Last.National));
        await core.ActivateAsync("0122400003");
        (await core.Numbers.AllocateAsync(core.One, pattern)).Problem(ProblemKind.NotFound);
        (await core.Numbers.DeactivateAsync(core.One, block.First)).Get();
        core.Core.Time.Advance(TimeSpan.FromDays(90));
        Assert.Equal(block.First, (await core.Numbers.AllocateAsync(core.One, pattern)).Get());
        Assert.Equal("01224000040", (await core.Numbers.FindTenAsync(core.One, NumberCore.Pattern("0122400004"))).Get().National);

        // With _ in it, it has as many digits as were written.
        (await core.Numbers.AllocateAsync(core.One, NumberCore.Pattern("012240000_"))).Problem(ProblemKind.NotFound);
    }

    [Fact]
    public async Task A_list_has_each_free_number_once_and_at_most_a_thousand()
    {
        await using var core = await NumberCore.CreateAsync(size: 2000);
        var pattern = NumberCore.Pattern("01224______");
        var all = (await core.Numbers.ListFreeAsync(core.One, pattern, NumberLimits.Listed)).Get();
        Assert.Equal(NumberLimits.Listed, all.Distinct().Count());
        (await core.Numbers.ListFreeAsync(core.One, pattern, NumberLimits.Listed + 1)).Problem(ProblemKind.Invalid);
        (await core.Numbers.ListFreeAsync(core.One, pattern, 0)).Problem(ProblemKind.Invalid);
        await core.ActivateAsync();
        Assert.Equal(9, (await core.Numbers.ListFreeAsync(core.One, NumberCore.Pattern("0122400000_"), 50)).Get().Count);
    }

    [Fact]
    public async Task A_search_that_fits_hardly_anything_is_given_up_after_its_steps()
    {
        // Every tenth number is free and none of them ends with 5: each step finds one that does not fit.
        await using var core = await NumberCore.CreateAsync(size: 100_000);
        core.Core.Tamper("UPDATE phone_number SET state = 'portedout' WHERE number % 10 <> 0; UPDATE number_range SET free = 10000, ported_out = 90000");
        var watch = System.Diagnostics.Stopwatch.StartNew();
        (await core.Numbers.AllocateAsync(core.One, NumberCore.Pattern("012240____5"))).Problem(ProblemKind.NotFound);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), $"{watch.Elapsed}");
    }

    [Fact]
    public async Task Ten_in_a_row_begin_with_0_and_are_all_free()
    {
        await using var core = await NumberCore.CreateAsync(size: 40);
        await core.ActivateAsync("01224000005");
        await core.ActivateAsync("01224000010");
        await core.ActivateAsync("01224000029");
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("01224000030", (await core.Numbers.FindTenAsync(core.One, NumberCore.Pattern("01224"))).Get().National);
        }

        await core.ActivateAsync("01224000035");
        (await core.Numbers.FindTenAsync(core.One, NumberCore.Pattern("01224"))).Problem(ProblemKind.NotFound);
    }

    [Fact]
    public async Task Where_every_tenth_number_is_taken_999_in_a_row_are_found_at_the_end_of_a_large_range()
    {
        await using var core = await NumberCore.CreateAsync(size: 100_000);
        core.Core.Tamper("UPDATE phone_number SET state = 'portedout' WHERE number % 10 = 0 AND number <= 441224099000; UPDATE number_range SET free = 90099, ported_out = 9901");
        for (var i = 0; i < 5; i++)
        {
            var budget = new RunBudget();
            Assert.Equal(441224099001, await core.Core.Services.Database.ReadAsync(connection => FreeNumbers.FindRun(connection, NumberCore.Pattern("01224______"), 999, budget)));
            Assert.InRange(NumberLimits.Steps - budget.Steps, 1, 110);
        }

        Assert.Equal("01224099001", (await core.Numbers.ActivateBlockAsync(core.One, NumberCore.Pattern("01224______"), 999)).Get().First.National);
        (await core.Numbers.ActivateBlockAsync(core.One, NumberCore.Pattern("01224______"), 999)).Problem(ProblemKind.NotFound);
    }

    [Theory]
    [InlineData("012240____5", 10, false)]
    [InlineData("012240____5", 2, false)]
    [InlineData("012240003__", 10, true)]
    [InlineData("0122400__3_", 10, true)]
    [InlineData("0122400__3_", 11, false)]
    [InlineData("01224003___", 1000, true)]
    [InlineData("012240_3___", 1000, true)]
    [InlineData("0122400_3__", 101, false)]
    public async Task Numbers_in_a_row_are_not_looked_for_where_a_digit_is_wanted_that_differs_among_them(string pattern, int length, bool canBe)
    {
        await using var core = await NumberCore.CreateAsync(size: 10_000);
        var budget = new RunBudget();
        var found = await core.Core.Services.Database.ReadAsync(connection => FreeNumbers.FindRun(connection, NumberCore.Pattern(pattern), length, budget));
        Assert.Equal((canBe, canBe), (found is not null, budget.Steps < NumberLimits.Steps));
    }

    [Fact]
    public async Task Of_searches_that_read_much_each_account_has_one_and_all_two_so_that_others_still_read()
    {
        await using var core = await NumberCore.CreateAsync();
        await core.Core.AddAccountAsync("10044");
        using var hold = new ManualResetEventSlim();
        using var begun = new SemaphoreSlim(0);
        var searching = new ConcurrentQueue<string>();
        var blocks = ((string[])["10042", "10042", "10042", "10043", "10043", "10044"]).Select(account => Task.Run(async () => await core.Numbers.ActivateBlockAsync(
            NumberCaller.Of(account, core.One.Actor), NumberCore.Pattern("01224"), 2,
            connection =>
            {
                searching.Enqueue(account);
                begun.Release();
                hold.Wait(TimeSpan.FromSeconds(60));
                return FreeNumbers.FindRun(connection, NumberCore.Pattern("01224"), 2);
            },
            CancellationToken.None))).ToList();
        for (var i = 0; i < NumberLimits.Searches; i++)
        {
            Assert.True(await begun.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        }

        var ten = core.Numbers.FindTenAsync(core.Two, NumberCore.Pattern("01224")).AsTask();
        var middle = core.Numbers.AllocateAsync(core.Two, NumberCore.Pattern("0122400__5_")).AsTask();
        (await core.Numbers.ShowAsync(core.Staff, NumberCore.Of(NumberCore.First)).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken)).Get();
        (await core.Numbers.AllocateAsync(core.Two, NumberCore.Pattern("01224")).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken)).Get();
        Assert.Equal((NumberLimits.Searches, NumberLimits.Searches), (searching.Count, searching.Distinct().Count()));
        Assert.False(ten.IsCompleted || middle.IsCompleted);
        hold.Set();
        Assert.All(await Task.WhenAll(blocks), static block => block.Get());
        (await ten).Get();
        (await middle).Get();
    }

    [Fact]
    public async Task A_search_for_numbers_in_a_row_reads_so_many_and_no_more()
    {
        // Each window of 999 has one hole at its beginning or two at its end, so that its numbers are read twice.
        await using var core = await NumberCore.CreateAsync(size: 100_000);
        core.Core.Tamper("UPDATE phone_number SET state = 'portedout' WHERE number % 1000 IN (0, 2); UPDATE number_range SET free = 99800, ported_out = 200");
        var budget = new RunBudget();
        Assert.Null(await core.Core.Services.Database.ReadAsync(connection => FreeNumbers.FindRun(connection, NumberCore.Pattern("01224______"), 999, budget)));
        Assert.InRange(budget.Rows, 0, 999);
        Assert.True(budget.Steps > 0);
    }
}
