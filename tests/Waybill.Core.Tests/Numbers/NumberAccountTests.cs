using Waybill.Core.Audit;
using Waybill.Core.Numbers;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Numbers;

/// <summary>How many numbers an account takes by itself.</summary>
public sealed class NumberAccountTests
{
    private static readonly NumberOptions Three = new() { MaxPerAccount = 3 };

    [Fact]
    public async Task An_account_takes_as_many_numbers_as_is_said_and_no_more()
    {
        await using var core = await NumberCore.CreateAsync(options: Three);
        foreach (var number in (string[])["01224000000", "01224000001", "01224000002"])
        {
            await core.ActivateAsync(number);
        }

        Assert.Equal(
            "Account 10042 has 3 of at most 3 numbers, those counted that it gave back and that are still in quarantine. One more is too many; ask the provider.",
            (await core.Numbers.ActivateAsync(core.One, NumberCore.Of("01224000003"))).Problem(ProblemKind.LimitReached).Message);
        Assert.Equal(3, (await core.Numbers.AccountAsync("10042")).Get().Numbers);

        // What was refused left nothing, and another account has its own count.
        Assert.Equal(NumberState.Free, (await core.Numbers.ShowAsync(core.Staff, NumberCore.Of("01224000003"))).Get().State);
        await core.ActivateAsync("01224000003", core.Two);
        Assert.Equal(4, (await core.AuditAsync(NumberActions.Activated)).Count);
        Assert.Equal(NumberLimits.PerAccount, new NumberOptions().MaxPerAccount);
    }

    [Fact]
    public async Task Numbers_that_were_given_back_count_until_their_quarantine_is_over()
    {
        await using var core = await NumberCore.CreateAsync(options: Three);
        foreach (var number in (string[])["01224000000", "01224000001", "01224000002"])
        {
            (await core.Numbers.DeactivateAsync(core.One, await core.ActivateAsync(number))).Get();
        }

        (await core.Numbers.ActivateAsync(core.One, NumberCore.Of("01224000003"))).Problem(ProblemKind.LimitReached);

        // They count already: taken back there are no more.
        (await core.Numbers.ReactivateAsync(core.One, NumberCore.Of("01224000000"))).Get();
        Assert.Equal(3, (await core.Numbers.AccountAsync("10042")).Get().Numbers);
        (await core.Numbers.DeactivateAsync(core.One, NumberCore.Of("01224000000"))).Get();
        core.Core.Time.Advance(TimeSpan.FromDays(90));
        foreach (var number in (string[])["01224000003", "01224000004", "01224000005"])
        {
            await core.ActivateAsync(number);
        }

        // Free now, and it was the account's: taken back it would be a fourth.
        (await core.Numbers.ReactivateAsync(core.One, NumberCore.Of("01224000000"))).Problem(ProblemKind.LimitReached);
        Assert.Equal(3, (await core.Numbers.AccountAsync("10042")).Get().Numbers);
    }

    [Fact]
    public async Task A_block_fits_whole_or_is_not_taken_and_is_taken_back_whole_or_not()
    {
        await using var core = await NumberCore.CreateAsync(options: new NumberOptions { MaxPerAccount = 15 });
        var block = (await core.Numbers.ActivateBlockAsync(core.One, NumberCore.Pattern("0122400001_"), 10)).Get();
        Assert.Contains(
            "has 10 of at most 15 numbers, those counted that it gave back and that are still in quarantine. 6 more are too many;",
            (await core.Numbers.ActivateBlockAsync(core.One, NumberCore.Pattern("0122400002_"), 6)).Problem(ProblemKind.LimitReached).Message, StringComparison.Ordinal);
        Assert.Equal(10, (await core.Numbers.ListAsync(new NumberQuery { Account = "10042" })).Get().Items.Count);
        (await core.Numbers.ActivateBlockAsync(core.One, NumberCore.Pattern("0122400002_"), 5)).Get();
        (await core.Numbers.DeactivateBlockAsync(core.One, block.First)).Get();
        (await core.Numbers.ReactivateBlockAsync(core.One, block.First)).Get();
        (await core.Numbers.DeactivateBlockAsync(core.One, block.First)).Get();
        core.Core.Time.Advance(TimeSpan.FromDays(90));
        (await core.Numbers.ActivateBlockAsync(core.One, NumberCore.Pattern("0122400005_"), 2)).Get();
        (await core.Numbers.ReactivateBlockAsync(core.One, block.First)).Problem(ProblemKind.LimitReached);
    }

    [Fact]
    public async Task What_an_account_may_have_is_set_for_it_alone_recorded_and_bounded()
    {
        await using var core = await NumberCore.CreateAsync(options: Three);
        var set = (await core.Numbers.SetAccountAsync("10042", terms => terms with { Maximum = 1 }, TestCore.Operator)).Get();
        Assert.Equal((1, 1, 0), (set.Maximum, set.Terms.Maximum, set.Numbers));
        (await core.Numbers.SetAccountAsync("10042", terms => terms with { Maximum = 1 }, TestCore.Operator)).Get();
        Assert.Equal(["10042 10042 {\"maximum\":1,\"pstnTargets\":null}"], await core.AuditAsync(AuditActions.NumberAccountSet));
        await core.ActivateAsync();
        (await core.Numbers.ActivateAsync(core.One, NumberCore.Of("01224000001"))).Problem(ProblemKind.LimitReached);
        Assert.Equal(3, (await core.Numbers.AccountAsync("10043")).Get().Maximum);

        // Fewer than it has: what it has stays.
        (await core.Numbers.SetAccountAsync("10042", terms => terms with { Maximum = 0 }, TestCore.Operator)).Get();
        Assert.Equal(NumberState.Active, (await core.Numbers.ShowAsync(core.One, NumberCore.Of(NumberCore.First))).Get().State);
        Assert.Equal(3, (await core.Numbers.SetAccountAsync("10042", terms => terms with { Maximum = null }, TestCore.Operator)).Get().Maximum);
        await core.ActivateAsync("01224000001");
        (await core.Numbers.SetAccountAsync("10042", terms => terms with { Maximum = NumberLimits.PerAccountMaximum }, TestCore.Operator)).Get();
        (await core.Numbers.SetAccountAsync("10042", terms => terms with { Maximum = NumberLimits.PerAccountMaximum + 1 }, TestCore.Operator)).Problem(ProblemKind.Invalid);
        (await core.Numbers.SetAccountAsync("10042", terms => terms with { Maximum = -1 }, TestCore.Operator)).Problem(ProblemKind.Invalid);
        (await core.Numbers.SetAccountAsync("nobody", terms => terms, TestCore.Operator)).Problem(ProblemKind.NotFound);
        (await core.Numbers.AccountAsync("nobody")).Problem(ProblemKind.NotFound);
    }

    [Fact]
    public async Task The_provider_gives_an_account_more_and_what_was_ported_in_does_not_count()
    {
        await using var core = await NumberCore.CreateAsync(options: new NumberOptions { MaxPerAccount = 1 });
        (await core.Numbers.PortInAsync("10042", [NumberCore.Of("02079460000"), NumberCore.Of("02079460001")], TestCore.Operator)).Get();
        await core.ActivateAsync();
        await core.ActivateAsync("01224000001", NumberCaller.ProviderFor("10042", TestCore.Operator));
        (await core.Numbers.DeactivateAsync(core.Staff, NumberCore.Of("01224000001"))).Get();
        core.Core.Time.Advance(TimeSpan.FromDays(91));
        (await core.Numbers.SettleAsync()).Get();
        (await core.Numbers.ReactivateAsync(core.One, NumberCore.Of("01224000001"))).Problem(ProblemKind.LimitReached);
        (await core.Numbers.ReactivateAsync(core.Staff, NumberCore.Of("01224000001"))).Get();
        Assert.Equal(2, (await core.Numbers.AccountAsync("10042")).Get().Numbers);

        // Ported out they are gone, and what returns is nobody's.
        (await core.Numbers.PortOutAsync(NumberCore.Of("01224000001"), TestCore.Operator)).Get();
        Assert.Equal(1, (await core.Numbers.AccountAsync("10042")).Get().Numbers);
        (await core.Numbers.ReturnAsync(NumberCore.Of("01224000001"), TestCore.Operator)).Get();
        Assert.Equal(1, (await core.Numbers.AccountAsync("10042")).Get().Numbers);
    }

    [Fact]
    public async Task Many_at_once_take_exactly_as_many_as_the_account_may_have()
    {
        await using var core = await NumberCore.CreateAsync(size: 1000, new NumberOptions { MaxPerAccount = 50 });
        var taken = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(async () =>
            await core.Numbers.ActivateAsync(core.One, new PhoneNumber(NumberCore.Of(NumberCore.First).E164 + i)))));
        Assert.Equal(50, taken.Count(static result => result.Succeeded));
        Assert.All(taken.Where(static result => !result.Succeeded), static result => Assert.Equal(ProblemKind.LimitReached, result.Problem!.Kind));
        Assert.Equal(50, (await core.Numbers.AccountAsync("10042")).Get().Numbers);
    }

    [Fact]
    public async Task The_count_is_what_is_there_after_all_that_can_happen_to_numbers()
    {
        await using var core = await NumberCore.CreateAsync(size: 20);
        var random = new SeededRandom(7);
        for (var i = 0; i < 400; i++)
        {
            var (number, caller) = (new PhoneNumber(NumberCore.Of(NumberCore.First).E164 + random.Next(20)), random.Next(2) == 0 ? core.One : core.Two);
            _ = random.Next(9) switch
            {
                < 3 => (await core.Numbers.ActivateAsync(caller, number)).Succeeded,
                < 5 => (await core.Numbers.DeactivateAsync(caller, number)).Succeeded,
                5 => (await core.Numbers.ReactivateAsync(caller, number)).Succeeded,
                6 => (await core.Numbers.PortOutAsync(number, TestCore.Operator)).Succeeded,
                7 => (await core.Numbers.ReturnAsync(number, TestCore.Operator)).Succeeded || (await core.Numbers.PortInAsync("10043", [number], TestCore.Operator)).Succeeded,
                _ => (await core.Numbers.ActivateBlockAsync(caller, NumberCore.Pattern("01224"), 3)).Succeeded,
            };
            if (i % 40 == 39)
            {
                core.Core.Time.Advance(TimeSpan.FromDays(60));
                (await core.Numbers.SettleAsync()).Get();
            }
        }

        foreach (var account in (string[])["10042", "10043"])
        {
            var there = 0;
            for (var i = 0; i < 20; i++)
            {
                var number = (await core.Numbers.ShowAsync(core.Staff, new PhoneNumber(NumberCore.Of(NumberCore.First).E164 + i))) is { Succeeded: true } own ? own.Value
                    : (await core.Numbers.ShowAsync(core.Staff, new PhoneNumber(NumberCore.Of(NumberCore.First).E164 + i, IsPorted: true))).Get();
                there += (number.State == NumberState.Active && number.Account == account) || (number.State == NumberState.Quarantined && number.FormerAccount == account) ? 1 : 0;
            }

            Assert.Equal(there, (await core.Numbers.AccountAsync(account)).Get().Numbers);
        }
    }
}
