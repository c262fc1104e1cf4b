using System.Globalization;
using Waybill.Core.Audit;
using Waybill.Core.Billing;
using Waybill.Core.Database;

namespace Waybill.Core.Tests.Billing;

/// <summary>What is in both purses after each entry, in the order of the times: exact, and never beyond what every program reads exactly.</summary>
public sealed class LedgerStretchesTests
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

        // More than many stretches hold, in three pushes, many of them for one moment; and those of another account between them.
        for (var push = 0; push < 3; push++)
        {
            NewLedgerEntry[] entries =
            [
                .. Enumerable.Range(0, (8 * BillingLimits.Stretch) + 7).Select(index => new NewLedgerEntry(
                    string.Create(CultureInfo.InvariantCulture, $"{push}-{index:0000}"), index % 5 == 0 ? "20077" : "10042", (index * 7919 % 201) - 100, "x")
                {
                    Purse = index % 3 == 0 ? Purse.Promo : Purse.Funds, Time = now.AddMinutes(-(index * 31 % 97) - (push * 20)),
                }),
            ];
            (await balances.PushAsync(entries, Billing)).Get();
            pushed.AddRange(entries);
        }

        // One by one as well, before all others, behind them and between.
        for (var index = 0; index < 2 * BillingLimits.Stretch; index++)
        {
            var entry = new NewLedgerEntry(string.Create(CultureInfo.InvariantCulture, $"one-{index}"), "10042", index - 50, "x") { Time = now.AddMinutes(-(index * 53 % 211)) };
            (await balances.PushAsync([entry], Billing)).Get();
            pushed.Add(entry);
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
    public async Task A_statement_is_of_one_moment_whatever_is_pushed_between_its_pages()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        await core.AddAccountAsync("20077");
        var (balances, now) = (core.Services.Balances, core.Time.GetUtcNow());
        (await balances.PushAsync([.. Enumerable.Range(0, 1_200).Select(index => Entry($"e-{index}", index))], Billing)).Get();
        (await balances.PushAsync([new NewLedgerEntry("other", "20077", 1, "x")], Billing)).Get();
        var statement = balances.Statement("10042");
        List<LedgerEntry> read = [];
        for (var page = 0; !statement.IsOver; page++)
        {
            read.AddRange((await statement.NextAsync(500)).Get());

            // Before what was read, between that and what comes, and before all.
            foreach (var minute in (int[])[1_199, 700, 650, 100, -1])
            {
                (await balances.PushAsync([Entry($"late-{page}-{minute}", minute)], Billing)).Get();
            }
        }

        Assert.Equal(
            Enumerable.Range(0, 1_200).Reverse().Select(static index => ($"e-{index}", 3L * ((index + 1) / 2), 3L * ((index / 2) + 1))),
            read.Select(static entry => (entry.Id, entry.FundsAfter, entry.PromoAfter)));
        Assert.Empty((await statement.NextAsync()).Get());
        Assert.Equal(1_215, (await balances.ShowAsync("10042")).Get().Entries);
        Assert.Equal(1, (await balances.Statement("20077").NextAsync()).Get()[0].FundsAfter);
        (await balances.Statement("nobody").NextAsync()).Problem(ProblemKind.NotFound);

        NewLedgerEntry Entry(string id, int minute) => new(id, "10042", 3, "x") { Purse = minute % 2 == 0 ? Purse.Promo : Purse.Funds, Time = now.AddDays(-2).AddMinutes(minute) };
    }

    [Fact]
    public async Task An_entry_before_many_others_moves_a_row_for_each_stretch_of_them()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        var (balances, now) = (core.Services.Balances, core.Time.GetUtcNow());
        (await balances.PushAsync([.. Enumerable.Range(0, BillingLimits.ImportRows).Select(index => Entry($"e-{index}", index))], Billing)).Get();
        var least = (BillingLimits.ImportRows + BillingLimits.Stretch - 1) / BillingLimits.Stretch;
        Assert.Equal((least, (long)BillingLimits.Stretch), Stretches());

        // Again and again into the same stretch, which is halved each time that it is full, and once before all.
        for (var index = 0; index < 3 * BillingLimits.Stretch; index++)
        {
            (await balances.PushAsync([Entry($"late-{index}", 1_000)], Billing)).Get();
        }

        (await balances.PushAsync([Entry("first", -1)], Billing)).Get();
        var (count, most) = Stretches();
        Assert.InRange(count, least, least + (2 * 3) + 1);
        Assert.InRange(most, 1, BillingLimits.Stretch);
        var entries = BillingLimits.ImportRows + (3 * BillingLimits.Stretch) + 1;
        Assert.Equal(entries, (await balances.ShowAsync("10042")).Get().Funds);
        Assert.Equal(entries, (await balances.EntriesAsync("10042", 1)).Get().Items[0].FundsAfter);

        NewLedgerEntry Entry(string id, int second) => new(id, "10042", 1, "x") { Time = now.AddDays(-1).AddSeconds(second) };

        (int Count, long Most) Stretches() =>
            ((int)(long)core.Scalar("SELECT count(*) FROM ledger_stretch")!, (long)core.Scalar("SELECT max(entries) FROM ledger_stretch")!);
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
                .. Enumerable.Range(0, 3 * BillingLimits.Stretch).Select(index => new NewLedgerEntry($"e-{index}", index % 7 == 0 ? "20077" : "10042", (index * 31 % 101) - 50, "x")
                {
                    Time = now.AddHours(-index % 13), Purse = index % 3 == 0 ? Purse.Promo : Purse.Funds,
                }),
            ],
            Billing)).Get();
        var (before, stretches) = (await SumsAsync(), Stretches());
        core.Tamper("DROP TABLE ledger_stretch");
        core.Tamper(Migration.All.Single(static migration => migration.Sql.Contains("ADD COLUMN funds_after", StringComparison.Ordinal)).Sql);
        core.Tamper(Migration.All.Single(static migration => migration.Sql.Contains("CREATE TABLE ledger_stretch", StringComparison.Ordinal)).Sql);
        Assert.Equal(stretches, Stretches());
        Assert.Equal(before, await SumsAsync());
        Assert.Equal(((await balances.ShowAsync("10042")).Get().Funds, 3 * BillingLimits.Stretch), (before[0].Funds, before.Count));

        string Stretches() => (string)core.Scalar(
            """
            SELECT group_concat(concat, ';') FROM (
                SELECT account_id || ' ' || first_at || ' ' || first_id || ' ' || entries || ' ' || funds_before || ' ' || promo_before || ' ' || funds || ' ' || promo || ' ' ||
                    funds_low || ' ' || funds_high || ' ' || promo_low || ' ' || promo_high AS concat
                FROM ledger_stretch ORDER BY account_id, first_at, first_id)
            """)!;

        async Task<List<(string Id, long Funds, long Promo)>> SumsAsync()
        {
            List<(string, long, long)> sums = [];
            foreach (var account in (string[])["10042", "20077"])
            {
                string? after = null;
                do
                {
                    var page = (await balances.EntriesAsync(account, 100, after)).Get();
                    sums.AddRange(page.Items.Select(static entry => (entry.Id, entry.FundsAfter, entry.PromoAfter)));
                    after = page.Next;
                }
                while (after is not null);
            }

            return sums;
        }
    }
}
