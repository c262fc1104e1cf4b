using System.Text;
using Waybill.Core.Audit;
using Waybill.Core.Billing;
using Waybill.Core.Notifications;

namespace Waybill.Core.Tests.Billing;

/// <summary>Ledgers: what is pushed is booked once, and the sums are exact.</summary>
public sealed class BalanceServiceTests
{
    private static readonly Actor Billing = Actor.Token("billing", 1, "192.0.2.7");

    [Fact]
    public async Task A_hundred_pushes_at_once_with_repeated_names_are_booked_exactly_once_each()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        var balances = core.Services.Balances;

        // Each name comes four times, in whatever order.
        var reports = await Task.WhenAll(Enumerable.Range(0, 100).Select(index => Task.Run(async () =>
            (await balances.PushAsync([new NewLedgerEntry($"e-{index % 25}", "10042", 1 + (index % 25), "a payment")], Billing)).Get())));
        Assert.Equal((25, 75), (reports.Sum(static report => report.Added), reports.Sum(static report => report.Repeated)));
        var balance = (await balances.ShowAsync("10042")).Get();
        Assert.Equal((25L * 26 / 2, 25L), (balance.Funds, balance.Entries));
        Assert.Equal(25, (await balances.EntriesAsync("10042")).Get().Items.Count);
        Assert.Equal(25, (await core.Services.Audit.SearchAsync(new AuditQuery { Action = BillingActions.Entry })).Items.Count);
    }

    [Fact]
    public async Task A_name_that_stands_for_something_else_is_refused_and_nothing_of_its_push_is_booked()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        await core.AddAccountAsync("20077");
        var balances = core.Services.Balances;
        var first = new NewLedgerEntry("inv-1", "10042", -100, "November") { Time = core.Time.GetUtcNow(), Source = "invoices" };
        (await balances.PushAsync([first], Billing)).Get();
        foreach (var other in (NewLedgerEntry[])
            [first with { Amount = -101 }, first with { Account = "20077" }, first with { Text = "December" }, first with { Purse = Purse.Promo }, first with { Source = "x" }, first with { Time = first.Time - TimeSpan.FromHours(1) }])
        {
            var problem = (await balances.PushAsync([new NewLedgerEntry("new", "10042", 5, "new"), other], Billing)).Problem(ProblemKind.AlreadyExists);
            Assert.Contains("inv-1 is there already and says something else", problem.Message, StringComparison.Ordinal);
        }

        // What it leaves out is as it was, and numbers of accounts have no case.
        Assert.Equal(1, (await balances.PushAsync([first with { Time = null, Source = null }], Billing)).Get().Repeated);
        Assert.Equal((-100L, 1L), (await balances.ShowAsync("10042")).Get() is var balance ? (balance.Funds, balance.Entries) : default);
        (await balances.PushAsync([first with { Id = "inv-2" }, new NewLedgerEntry("inv-3", "nobody", 1, "x")], Billing)).Problem(ProblemKind.NotFound);
        Assert.Equal(1, (await balances.ShowAsync("10042")).Get().Entries);
    }

    [Fact]
    public async Task Amounts_and_balances_go_to_two_to_the_fifty_third_and_not_beyond()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        var balances = core.Services.Balances;
        (await balances.PushAsync([new NewLedgerEntry("a", "10042", BillingLimits.Amount + 1, "x")], Billing)).Problem(ProblemKind.Invalid);
        (await balances.PushAsync([new NewLedgerEntry("a", "10042", -BillingLimits.Amount - 1, "x")], Billing)).Problem(ProblemKind.Invalid);
        (await balances.PushAsync([new NewLedgerEntry("a", "10042", long.MinValue, "x")], Billing)).Problem(ProblemKind.Invalid);
        (await balances.PushAsync([new NewLedgerEntry("a", "10042", BillingLimits.Amount, "x")], Billing)).Get();
        Assert.Contains("would be more than", (await balances.PushAsync([new NewLedgerEntry("b", "10042", 1, "x")], Billing)).Problem(ProblemKind.Invalid).Message, StringComparison.Ordinal);
        (await balances.PushAsync([new NewLedgerEntry("b", "10042", 1, "x") { Purse = Purse.Promo }, new NewLedgerEntry("c", "10042", -1, "y")], Billing)).Get();
        var balance = (await balances.ShowAsync("10042")).Get();
        Assert.Equal((9007199254740991L, 1L), (balance.Funds, balance.Promo));
        Assert.Equal(90071992547409.91m, balances.Options.Value(balance.Funds));
        Assert.Equal("-90,071,992,547,409.92 GBP", balances.Options.Show(-BillingLimits.Amount));
    }

    [Theory]
    [InlineData("", "x", 0)]
    [InlineData("a b", "x", 0)]
    [InlineData("ok", "", 0)]
    [InlineData("ok", "a\u202Eb", 0)]
    [InlineData("ok", "x", 2)]
    [InlineData("ok", "x", -20_000)]
    public async Task An_entry_that_is_not_in_order_is_refused(string id, string text, int days)
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        (await core.Services.Balances.PushAsync([new NewLedgerEntry(id, "10042", 1, text) { Time = core.Time.GetUtcNow().AddDays(days) }], Billing)).Problem(ProblemKind.Invalid);
        (await core.Services.Balances.PushAsync([new NewLedgerEntry(new string('a', BillingLimits.IdLength + 1), "10042", 1, "x")], Billing)).Problem(ProblemKind.Invalid);
        (await core.Services.Balances.PushAsync([], Billing)).Problem(ProblemKind.Invalid);
        (await core.Services.Balances.PushAsync([.. Enumerable.Repeat(new NewLedgerEntry("a", "10042", 1, "x"), BillingLimits.ImportRows + 1)], Billing)).Problem(ProblemKind.LimitReached);
    }

    [Fact]
    public async Task Entries_stand_by_their_times_each_with_the_balance_after_it_on_every_page()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        var (balances, now) = (core.Services.Balances, core.Time.GetUtcNow());

        // Pushed out of order, two of them for one moment.
        (await balances.PushAsync(
            [
                new NewLedgerEntry("c", "10042", -30, "third") { Time = now.AddHours(-1) },
                new NewLedgerEntry("a", "10042", 100, "first") { Time = now.AddHours(-3) },
                new NewLedgerEntry("b", "10042", 7, "second") { Time = now.AddHours(-2), Purse = Purse.Promo },
                new NewLedgerEntry("d", "10042", -20, "fourth") { Time = now.AddHours(-1) },
            ],
            Billing)).Get();
        List<(string, long, long)> seen = [];
        string? after = null;
        do
        {
            var page = (await balances.EntriesAsync("10042", 1, after)).Get();
            seen.AddRange(page.Items.Select(static entry => (entry.Id, entry.FundsAfter, entry.PromoAfter)));
            after = page.Next;
        }
        while (after is not null);
        Assert.Equal([("d", 50L, 7L), ("c", 70L, 7L), ("b", 100L, 7L), ("a", 100L, 0L)], seen);
    }

    [Fact]
    public async Task The_curve_has_each_day_of_the_zone_across_the_change_of_clocks()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        var (balances, london) = (core.Services.Balances, TimeZoneInfo.FindSystemTimeZoneById("Europe/London"));
        core.Time.Advance(new DateTimeOffset(2026, 10, 26, 12, 0, 0, TimeSpan.Zero) - core.Time.GetUtcNow());
        (await balances.PushAsync(
            [
                new NewLedgerEntry("old", "10042", 1000, "x") { Time = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) },

                // Half past midnight of the 25th in London's summer, and half past eleven at night of it in winter.
                new NewLedgerEntry("a", "10042", 10, "x") { Time = new DateTimeOffset(2026, 10, 24, 23, 30, 0, TimeSpan.Zero) },
                new NewLedgerEntry("b", "10042", 1, "x") { Time = new DateTimeOffset(2026, 10, 25, 23, 30, 0, TimeSpan.Zero), Purse = Purse.Promo },
                new NewLedgerEntry("c", "10042", -500, "x") { Time = new DateTimeOffset(2026, 10, 26, 0, 0, 0, TimeSpan.Zero) },
            ],
            Billing)).Get();
        var curve = (await balances.CurveAsync("10042", 3, london)).Get();
        Assert.Equal(
            [(new DateOnly(2026, 10, 24), 1000L, 0L), (new DateOnly(2026, 10, 25), 1010L, 1L), (new DateOnly(2026, 10, 26), 510L, 1L)],
            curve.Select(static point => (point.Day, point.Funds, point.Promo)));
        Assert.Equal(BillingLimits.CurveDays, (await balances.CurveAsync("10042", 10_000, london)).Get().Count);
        (await balances.CurveAsync("nobody", 3, london)).Problem(ProblemKind.NotFound);
    }

    [Fact]
    public async Task A_low_balance_is_told_once_until_it_was_at_its_mark_again()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        var balances = core.Services.Balances;
        (await balances.SetLowAsync("10042", new LowMark(IsOwn: true, 1000), TestCore.Operator)).Get();
        Assert.Equal(1, Told(core));
        await PushAsync("a", 1000);
        Assert.Equal(1, Told(core));
        Assert.False((await balances.ShowAsync("10042")).Get().IsLow);
        await PushAsync("b", -1);
        await PushAsync("c", -500);
        Assert.Equal(2, Told(core));
        Assert.Equal(["10042"], (await balances.ListAsync(lowOnly: true)).Items.Select(static balance => balance.Account));

        // Promotional funds count.
        (await balances.PushAsync([new NewLedgerEntry("d", "10042", 501, "gift") { Purse = Purse.Promo }], Billing)).Get();
        await PushAsync("e", -1);
        Assert.Equal(3, Told(core));
        (await balances.SetLowAsync("10042", LowMark.None, TestCore.Operator)).Get();
        await PushAsync("f", -100_000);
        (await balances.SetLowAsync("10042", LowMark.Shared, TestCore.Operator)).Get();
        Assert.Equal(3, Told(core));

        // What the configuration says holds for all others.
        var shared = new BalanceService(core.Services.Database, core.Services.Audit, core.Time, new BillingOptions { LowBalance = 5 });
        (await shared.PushAsync([new NewLedgerEntry("g", "10042", 1, "x")], Billing)).Get();
        Assert.Equal(4, Told(core));
        (await balances.SetLowAsync("10042", new LowMark(IsOwn: true, long.MaxValue), TestCore.Operator)).Problem(ProblemKind.Invalid);

        // A customer is told at once.
        Assert.Equal(Telling.Now, TopicRule.Find([], BillingTopics.Low).Account);

        async Task PushAsync(string id, long amount) => (await balances.PushAsync([new NewLedgerEntry(id, "10042", amount, "x")], Billing)).Get();
    }

    [Fact]
    public async Task A_mark_that_the_configuration_changes_is_looked_at_without_a_push_and_told_once()
    {
        await using var core = await TestCore.CreateAsync();
        foreach (var account in (string[])["10042", "20077", "30001", "40001"])
        {
            await core.AddAccountAsync(account);
        }

        (await core.Services.Balances.PushAsync([new NewLedgerEntry("a", "10042", 400, "x"), new NewLedgerEntry("b", "20077", 600, "x"), new NewLedgerEntry("c", "30001", -1, "x")], Billing)).Get();
        (await core.Services.Balances.SetLowAsync("30001", LowMark.None, TestCore.Operator)).Get();
        Assert.Equal(0, (await core.Services.Balances.LookAsync()).Get());

        // One is below; one is not, one never wants to be told, and one has no ledger.
        var marked = WithMark(500);
        Assert.Equal(1, (await marked.LookAsync()).Get());
        Assert.Equal(0, (await marked.LookAsync()).Get());
        Assert.Equal(1, Told(core));
        Assert.Equal(["10042"], (await marked.ListAsync(lowOnly: true)).Items.Select(static balance => balance.Account));

        // Another mark, below which it still is, is no news; it is the next time after it was at the mark.
        Assert.Equal(1, (await WithMark(1_000).LookAsync()).Get());
        Assert.Equal(2, Told(core));
        Assert.Equal(2, (await WithMark(300).LookAsync()).Get());
        Assert.Equal(2, Told(core));
        Assert.Equal(1, (await marked.LookAsync()).Get());
        Assert.Equal(3, Told(core));
        Assert.Equal(1, (await WithMark(null).LookAsync()).Get());
        Assert.Equal(3, Told(core));

        BalanceService WithMark(long? mark) => new(core.Services.Database, core.Services.Audit, core.Time, new BillingOptions { LowBalance = mark });
    }

    [Fact]
    public async Task More_balances_than_are_read_at_once_are_all_looked_at()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        core.Tamper(
            $"""
            WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i <= {BillingLimits.Together})
            INSERT INTO account (number, number_key, name, status, language, created_at) SELECT 'M' || i, 'M' || i, 'x', 'active', 'en', 0 FROM n;
            INSERT INTO balance (account_id, entries) SELECT id, 1 FROM account
            """);
        var marked = new BalanceService(core.Services.Database, core.Services.Audit, core.Time, new BillingOptions { LowBalance = 1 });
        Assert.Equal(BillingLimits.Together + 2, (await marked.LookAsync()).Get());
        Assert.Equal(BillingLimits.Together + 2, Told(core));
    }

    [Fact]
    public async Task An_entry_that_is_dated_ahead_counts_at_once_and_time_alone_changes_no_balance()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        var balances = core.Services.Balances;
        (await balances.SetLowAsync("10042", new LowMark(IsOwn: true, 100), TestCore.Operator)).Get();
        (await balances.PushAsync([new NewLedgerEntry("a", "10042", 100, "x"), new NewLedgerEntry("b", "10042", -1, "x") { Time = core.Time.GetUtcNow() + BillingLimits.Ahead }], Billing)).Get();
        Assert.Equal((99L, true), (await balances.ShowAsync("10042")).Get() is var balance ? (balance.Funds, balance.IsLow) : default);
        Assert.Equal(1, Told(core));
        core.Time.Advance(2 * BillingLimits.Ahead);
        Assert.Equal(0, (await balances.LookAsync()).Get());
        Assert.Equal((99L, true), (await balances.ShowAsync("10042")).Get() is var later ? (later.Funds, later.IsLow) : default);
    }

    [Fact]
    public async Task Tables_are_read_and_statements_are_safe_to_open()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        var entries = LedgerTable.Read("id,account,amount,text,purse,time,source\n1,10042,1234,a payment,,2026-01-31,bank\n2,10042,-1200,=calls,,2026-02-01T06:00:00Z,\n3,10042,50,gift,promo,,\n"u8).Get();
        (await core.Services.Balances.PushAsync(entries.Take(2).ToList(), Billing)).Problem(ProblemKind.Invalid);
        core.Time.Advance(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero) - core.Time.GetUtcNow());
        (await core.Services.Balances.PushAsync(entries, Billing)).Get();
        using var text = new StringWriter();
        LedgerTable.WriteHead(text, core.Services.Balances.Options);
        LedgerTable.WriteRows(text, (await core.Services.Balances.EntriesAsync("10042")).Get().Items, core.Services.Balances.Options);
        Assert.Equal(
            [
                "\"time\",\"entry\",\"text\",\"kind\",\"amount GBP\",\"funds after GBP\",\"promotional funds after GBP\",\"source\"",
                "2026-03-01T00:00:00.000Z,\"3\",\"gift\",\"promotional\",0.50,0.34,0.50,\"billing (token 1)\"",
                "2026-02-01T06:00:00.000Z,\"2\",\"'=calls\",\"funds\",-12.00,0.34,0.00,\"billing (token 1)\"",
                "2026-01-31T00:00:00.000Z,\"1\",\"a payment\",\"funds\",12.34,12.34,0.00,\"bank\"",
                "",
            ],
            text.ToString().Split("\r\n"));
    }

    [Theory]
    [InlineData("1,10042,12.34,x,,", "Line 2: '12.34' is no amount. Give whole minor units")]
    [InlineData("1,10042,9223372036854775808,x,,", "is no amount")]
    [InlineData("1,10042,,x,,", "amount is empty")]
    [InlineData("1,10042,1,x,gift,", "neither funds nor promo")]
    [InlineData("1,10042,1,x,,31/01/2026", "is no time")]
    [InlineData("1,10042,1,x,,2026-01-31T06:00:00", "'2026-01-31T06:00:00' is no time. Write it with its offset, as 2027-01-31T06:00:00Z or 2027-01-31T07:00:00+01:00")]
    [InlineData("1,10042,1,x,,2026-01-31T06:00:00.5", "is no time")]
    [InlineData("", "no row")]
    public void A_table_that_is_not_in_order_says_where(string row, string words) =>
        Assert.Contains(words, LedgerTable.Read(Encoding.UTF8.GetBytes("id,account,amount,text,purse,time\n" + row)).Problem!.Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("2026-01-31T06:00:00Z", 6)]
    [InlineData("2026-01-31T06:00:00.000Z", 6)]
    [InlineData("2026-01-31T06:00:00+01:00", 5)]
    [InlineData("2026-01-31T06:00:00.0000000-02:00", 8)]
    [InlineData("2026-01-31", 0)]
    public void A_time_of_a_table_has_its_offset_and_a_day_begins_in_utc(string time, int hour) =>
        Assert.Equal(
            new DateTimeOffset(2026, 1, 31, hour, 0, 0, TimeSpan.Zero), LedgerTable.Read(Encoding.UTF8.GetBytes($"id,account,amount,text,time\n1,10042,1,x,{time}\n")).Get()[0].Time);

    [Fact]
    public void A_table_of_entries_has_so_many_rows_and_no_more()
    {
        var rows = string.Concat(Enumerable.Range(0, BillingLimits.ImportRows).Select(static index => $"{index},10042,1,x\n"));
        Assert.Equal(BillingLimits.ImportRows, LedgerTable.Read(Encoding.UTF8.GetBytes("id,account,amount,text\n" + rows)).Get().Count);
        LedgerTable.Read(Encoding.UTF8.GetBytes("id,account,amount,text\n" + rows + "x,10042,1,x\n")).Problem(ProblemKind.LimitReached);
    }

    private static long Told(TestCore core) => (long)core.Scalar($"SELECT count(*) FROM event WHERE topic = '{BillingTopics.Low}'")!;
}
