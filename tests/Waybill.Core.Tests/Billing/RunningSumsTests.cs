using System.Globalization;
using Waybill.Core.Audit;
using Waybill.Core.Billing;
using Waybill.Core.Database;

namespace Waybill.Core.Tests.Billing;

/// <summary>What is in both purses after each entry, in the order of the times: exact, and never beyond what every program reads exactly.</summary>
public sealed class RunningSumsTests
{
    private static readonly Actor Billing = Actor.Token("billing", 1, "192.0.2.7");

    [Theory]
    [InlineData(1, Purse.Funds)]
    [InlineData(-1, Purse.Funds)]
    [InlineData(1, Purse.Promo)]
    public async Task No_sum_goes_beyond_two_to_the_fifty_third_at_any_time_of_the_ledger(int sign, Purse purse)
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        var balances = core.Services.Balances;
        (await PushAsync(("top", BillingLimits.Amount, 3), ("down", -BillingLimits.Amount, 1))).Get();

        // The last sum would be 1, and that between them more than the most.
        var problem = (await PushAsync(("between", 1, 2))).Problem(ProblemKind.Invalid);
        Assert.Contains("10042 after entry between would be more than 9007199254740992 minor units", problem.Message, StringComparison.Ordinal);

        // The one that was there before is named where the new one is in order itself.
        Assert.Contains("after entry top ", (await PushAsync(("before", 1, 4))).Problem(ProblemKind.Invalid).Message, StringComparison.Ordinal);
        Assert.Equal(2, (await balances.ShowAsync("10042")).Get().Entries);

        // All of a push come together: in which order they stand in it does not count, their times do.
        (await PushAsync(("late", -1, 2), ("early", 1, 4))).Problem(ProblemKind.Invalid);
        (await PushAsync(("late", 1, 2), ("early", -1, 4))).Get();
        Assert.All((await balances.EntriesAsync("10042")).Get().Items, static entry => Assert.InRange(entry.FundsAfter + entry.PromoAfter, -BillingLimits.Amount, BillingLimits.Amount));

        // So many of the largest would not even fit into 64 bits.
        (await balances.PushAsync([.. Enumerable.Range(0, BillingLimits.ImportRows).Select(index => Entry($"many-{index}", BillingLimits.Amount, 5))], Billing)).Problem(ProblemKind.Invalid);
        Assert.Equal(4, (await balances.ShowAsync("10042")).Get().Entries);

        ValueTask<Result<PushReport>> PushAsync(params (string Id, long Amount, int HoursAgo)[] entries) =>
            balances.PushAsync([.. entries.Select(entry => Entry(entry.Id, entry.Amount, entry.HoursAgo))], Billing);

        NewLedgerEntry Entry(string id, long amount, int hoursAgo) => new(id, "10042", sign * amount, "x") { Purse = purse, Time = core.Time.GetUtcNow().AddHours(-hoursAgo) };
    }

    [Fact]
    public async Task Entries_in_any_order_of_their_times_have_the_sums_of_that_order()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        await core.AddAccountAsync("20077");
        var (balances, now) = (core.Services.Balances, core.Time.GetUtcNow());
        List<NewLedgerEntry> pushed = [];

        // More than are read at once, in three pushes, many of them for one moment; and those of another account between them.
        for (var push = 0; push < 3; push++)
        {
            NewLedgerEntry[] entries =
            [
                .. Enumerable.Range(0, BillingLimits.Together + 7).Select(index => new NewLedgerEntry(
                    string.Create(CultureInfo.InvariantCulture, $"{push}-{index:0000}"), index % 5 == 0 ? "20077" : "10042", (index * 7919 % 201) - 100, "x")
                {
                    Purse = index % 3 == 0 ? Purse.Promo : Purse.Funds, Time = now.AddMinutes(-(index * 31 % 97) - (push * 20)),
                }),
            ];
            (await balances.PushAsync(entries, Billing)).Get();
            pushed.AddRange(entries);
        }

        foreach (var account in (string[])["10042", "20077"])
        {
            List<(string, long, long)> expected = [];
            var (funds, promo) = (0L, 0L);
            foreach (var entry in pushed.Where(entry => entry.Account == account).OrderBy(static entry => entry.Time))
            {
                (funds, promo) = entry.Purse == Purse.Funds ? (funds + entry.Amount, promo) : (funds, promo + entry.Amount);
                expected.Add((entry.Id, funds, promo));
            }

            List<(string, long, long)> seen = [];
            string? after = null;
            do
            {
                var page = (await balances.EntriesAsync(account, 700, after)).Get();
                seen.AddRange(page.Items.Select(static entry => (entry.Id, entry.FundsAfter, entry.PromoAfter)));
                after = page.Next;
            }
            while (after is not null);
            seen.Reverse();
            Assert.Equal(expected, seen);
            Assert.Equal((funds, promo, expected.Count), (await balances.ShowAsync(account)).Get() is var balance ? (balance.Funds, balance.Promo, (int)balance.Entries) : default);
            var curve = (await balances.CurveAsync(account, 2, TimeZoneInfo.Utc)).Get();
            Assert.Equal((funds, promo), (curve[^1].Funds, curve[^1].Promo));
        }
    }

    [Fact]
    public async Task A_ledger_of_before_gets_its_sums()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        await core.AddAccountAsync("20077");
        var (balances, now) = (core.Services.Balances, core.Time.GetUtcNow());
        (await balances.PushAsync(
            [
                new NewLedgerEntry("a", "10042", 5, "x") { Time = now.AddHours(-1) }, new NewLedgerEntry("b", "10042", 7, "x") { Time = now.AddHours(-2), Purse = Purse.Promo },
                new NewLedgerEntry("c", "20077", -3, "x"), new NewLedgerEntry("d", "10042", -1, "x") { Time = now.AddHours(-1) },
            ],
            Billing)).Get();
        var before = await SumsAsync();
        core.Tamper("ALTER TABLE ledger_entry DROP COLUMN funds_after; ALTER TABLE ledger_entry DROP COLUMN promo_after");
        core.Tamper(Migration.All.Single(static migration => migration.Sql.Contains("ADD COLUMN funds_after", StringComparison.Ordinal)).Sql);
        Assert.Equal([("d", 4L, 7L), ("a", 5L, 7L), ("b", 0L, 7L), ("c", -3L, 0L)], before);
        Assert.Equal(before, await SumsAsync());

        async Task<List<(string, long, long)>> SumsAsync()
        {
            List<(string, long, long)> sums = [];
            foreach (var account in (string[])["10042", "20077"])
            {
                sums.AddRange((await balances.EntriesAsync(account)).Get().Items.Select(static entry => (entry.Id, entry.FundsAfter, entry.PromoAfter)));
            }

            return sums;
        }
    }
}
