using Waybill.Core.Retention;
using Waybill.Storage.Quotas;
using static Waybill.Core.Tests.Retention.TestRetention;

namespace Waybill.Core.Tests.Retention;

/// <summary>What goes when: by the server's arrival time, in the month after a file turned twelve months, and never sooner than seven days after its mark.</summary>
public sealed class RetentionTests
{
    [Fact]
    public async Task Each_file_goes_with_the_first_run_after_twelve_months_and_no_sooner()
    {
        await using var retention = await CreateAsync();
        var arrivals = new Dictionary<string, DateTimeOffset>();
        var gone = new Dictionary<string, DateTimeOffset>();
        while (retention.Now < Day(2026, 4, 3))
        {
            var path = $"/cdr/{retention.Now:yyyy-MM-dd}.csv";
            arrivals.Add(path, retention.Now);
            await retention.AddAsync(path);
            await retention.PassAsync(retention.Now.AddDays(1));
        }

        await retention.PassAsync(Day(2027, 5, 2), now =>
        {
            foreach (var path in arrivals.Keys.Where(path => !retention.IsThere(path)))
            {
                gone.TryAdd(path, now);
            }
        });

        Assert.Equal(78, arrivals.Count);
        foreach (var (path, arrived) in arrivals)
        {
            Assert.True(gone.TryGetValue(path, out var went), $"{path} is still there");
            var due = arrived.AddMonths(12);
            Assert.InRange(went, due, due.AddMonths(1).AddDays(1));
            Assert.Equal(retention.Options.Calendar.First(due), went);
        }

        Assert.Equal(0L, retention.Core.Scalar("SELECT count(*) FROM retention_mark"));
        Assert.Equal(0L, retention.Core.Scalar("SELECT count(*) FROM retention_removal"));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(retention.Directory, "taken")));
        Assert.Equal(78L, retention.Core.Scalar("SELECT count(*) FROM audit WHERE action = 'retention-removed' AND outcome = 'done'"));
        Assert.True((await retention.Core.Services.Audit.VerifyAsync()).Intact);
    }

    [Fact]
    public async Task A_file_whose_time_comes_sooner_by_a_new_policy_still_has_seven_days_after_its_mark()
    {
        await using var retention = await CreateAsync();
        await retention.AddAsync("/cdr/a.csv");
        await retention.PassAsync(Day(2026, 4, 27));
        (await retention.Core.Services.RetentionPolicies.SetAsync("10042", "/cdr", 2, Actor.System)).Check();

        await retention.PassAsync(Day(2026, 5, 2));
        Assert.True(retention.IsThere("/cdr/a.csv"));
        await retention.PassAsync(Day(2026, 6, 2));
        Assert.False(retention.IsThere("/cdr/a.csv"));
    }

    [Fact]
    public async Task After_days_without_a_plan_a_file_still_goes_in_the_month_after_if_seven_days_are_left()
    {
        await using var retention = await CreateAsync();
        await retention.AddAsync("/cdr/a", Day(2025, 2, 10));
        await retention.AddAsync("/cdr/long-ago", Day(2024, 2, 10));
        retention.Core.Time.Advance(Day(2026, 2, 20) - retention.Now);
        var plan = await retention.PlanAsync();
        Assert.Equal((1, 1), (plan.NextRunFiles, plan.Notices));

        await retention.PassAsync(Day(2026, 3, 2));
        Assert.Equal((false, true), (retention.IsThere("/cdr/a"), retention.IsThere("/cdr/long-ago")));
        await retention.PassAsync(Day(2026, 4, 2));
        Assert.False(retention.IsThere("/cdr/long-ago"));
    }

    [Fact]
    public async Task After_days_without_a_plan_a_file_keeps_its_seven_days_where_fewer_are_left()
    {
        await using var retention = await CreateAsync();
        await retention.AddAsync("/cdr/a", Day(2025, 2, 10));
        retention.Core.Time.Advance(Day(2026, 2, 24) - retention.Now);
        await retention.PlanAsync();
        await retention.PassAsync(Day(2026, 3, 31));
        Assert.True(retention.IsThere("/cdr/a"));
        await retention.PassAsync(Day(2026, 4, 2));
        Assert.False(retention.IsThere("/cdr/a"));
    }

    [Fact]
    public async Task A_run_is_owed_while_it_was_refused_and_not_when_it_went_past_a_file()
    {
        await using var retention = await CreateAsync();
        await retention.AddAsync("/cdr/a", Day(2025, 1, 20));
        await retention.AddAsync("/cdr/b", Day(2025, 1, 20));
        await retention.PassAsync(Day(2026, 1, 31));
        Assert.False(await retention.Service().IsRunOwedAsync(TestContext.Current.CancellationToken));
        retention.Core.Time.Advance(Day(2026, 2, 1, 3) - retention.Now);
        retention.Options = retention.Options with { Archive = "/nowhere/at all" };
        (await retention.Service().RunAsync(Actor.System)).Problem(ProblemKind.Unusable);
        Assert.True(await retention.Service().IsRunOwedAsync(TestContext.Current.CancellationToken));

        retention.Options = retention.Options with { Archive = null };
        File.Delete(retention.FileOf("/cdr/b"));
        Directory.CreateDirectory(retention.FileOf("/cdr/b"));
        Assert.Equal(1, (await retention.RunAsync()).Failed);
        Assert.Equal(1L, retention.Core.Scalar("SELECT count(*) FROM retention_mark"));
        Assert.False(await retention.Service().IsRunOwedAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_most_specific_policy_counts()
    {
        await using var retention = await CreateAsync("20042");
        var policies = retention.Core.Services.RetentionPolicies;
        (await policies.SetAsync(null, "/cdr", 2, Actor.System)).Check();
        (await policies.SetAsync(null, "/cdr/keep", 40, Actor.System)).Check();
        (await policies.SetAsync("20042", null, 4, Actor.System)).Check();
        (await policies.SetAsync("20042", "/cdr/short", 1, Actor.System)).Check();
        string[] paths = ["/cdr/a", "/cdr/keep/a", "/cdr/short/a", "/invoices/a", "/cdrx"];
        foreach (var path in paths)
        {
            await retention.AddAsync(path);
            await retention.AddAsync(path, account: "20042");
        }

        var left = new List<string>();
        await retention.PassAsync(Day(2026, 7, 2), now => left.Add($"{now:MM}: " + string.Join(
            ' ', ((string[])["10042", "20042"]).SelectMany(account => paths.Where(path => !retention.IsThere(path, account)).Select(path => account[..1] + path)))));

        Assert.Equal(
            [
                "02: ", "03: 2/cdr/short/a", "04: 1/cdr/a 1/cdr/short/a 2/cdr/short/a", "05: 1/cdr/a 1/cdr/short/a 2/cdr/short/a",
                "06: 1/cdr/a 1/cdr/short/a 2/cdr/a 2/cdr/keep/a 2/cdr/short/a 2/invoices/a 2/cdrx", "07: 1/cdr/a 1/cdr/short/a 2/cdr/a 2/cdr/keep/a 2/cdr/short/a 2/invoices/a 2/cdrx",
            ],
            left);
    }

    [Fact]
    public async Task A_time_that_the_client_set_says_nothing()
    {
        await using var retention = await CreateAsync();
        await retention.AddAsync("/upload/old", Day(2025, 2, 10));
        await retention.AddAsync("/upload/young");
        File.SetLastWriteTimeUtc(retention.FileOf("/upload/old"), new DateTime(2031, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        File.SetLastWriteTimeUtc(retention.FileOf("/upload/young"), new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        await retention.PassAsync(Day(2026, 3, 2));

        Assert.False(retention.IsThere("/upload/old"));
        Assert.True(retention.IsThere("/upload/young"));
        Assert.Equal("retention", retention.GoneHow("/upload/old"));
        Assert.Null(retention.GoneHow("/upload/young"));
    }

    [Fact]
    public async Task A_hold_on_an_account_a_folder_or_a_file_wins()
    {
        await using var retention = await CreateAsync("20042", "30042");
        var holds = retention.Core.Services.Holds;
        foreach (var path in (string[])["/cdr/a", "/cdr/b", "/cdr0"])
        {
            foreach (var account in (string[])["10042", "20042", "30042"])
            {
                await retention.AddAsync(path, Day(2025, 1, 20), account);
            }
        }

        await retention.PlanAsync();
        (await holds.SetAsync("10042", null, "case 1", Actor.System)).Check();
        (await holds.SetAsync("20042", "/cdr", "case 2", Actor.System)).Check();
        await retention.PassAsync(Day(2026, 1, 31));
        (await holds.SetAsync("30042", "/cdr/b", "case 3", Actor.System)).Check();
        await retention.PassAsync(Day(2026, 3, 2));

        Assert.Equal((true, true, true), (retention.IsThere("/cdr/a"), retention.IsThere("/cdr/b"), retention.IsThere("/cdr0")));
        Assert.Equal((true, true, false), (retention.IsThere("/cdr/a", "20042"), retention.IsThere("/cdr/b", "20042"), retention.IsThere("/cdr0", "20042")));
        Assert.Equal((false, true, false), (retention.IsThere("/cdr/a", "30042"), retention.IsThere("/cdr/b", "30042"), retention.IsThere("/cdr0", "30042")));
        Assert.Equal(3, (await retention.Core.Services.Holds.ListAsync()).Count);
    }

    [Fact]
    public async Task When_a_hold_ends_the_days_begin_again()
    {
        await using var retention = await CreateAsync();
        await retention.AddAsync("/cdr/a", Day(2025, 1, 20));
        var holds = retention.Core.Services.Holds;
        await retention.PlanAsync();
        (await holds.SetAsync("10042", "/cdr", "case 1", Actor.System)).Check();
        await retention.PassAsync(Day(2026, 2, 26));
        (await holds.RemoveAsync("10042", "/cdr", "case 1 is closed", Actor.System)).Check();

        await retention.PassAsync(Day(2026, 3, 2));
        Assert.True(retention.IsThere("/cdr/a"));
        await retention.PassAsync(Day(2026, 4, 2));
        Assert.False(retention.IsThere("/cdr/a"));
    }

    [Fact]
    public async Task A_hold_that_comes_while_a_run_works_keeps_what_is_not_claimed_and_destroys_nothing_that_is()
    {
        await using var retention = await CreateAsync();
        for (var i = 0; i <= RetentionLimits.Batch; i++)
        {
            await retention.AddAsync($"/cdr/{i:000}", Day(2025, 1, 20));
        }

        await retention.PassAsync(Day(2026, 2, 1, 2).AddHours(-1));
        retention.Core.Time.Advance(TimeSpan.FromHours(3));
        var service = retention.Service(point =>
        {
            if (point == RetentionPoint.Took)
            {
                retention.Core.Services.Holds.SetAsync("10042", null, "case 1", Actor.System).AsTask().GetAwaiter().GetResult().Check();
            }
        });
        Assert.Equal(RetentionLimits.Batch, (await service.RunAsync(Actor.System)).Get().Files);
        await retention.PassAsync(Day(2026, 3, 2));

        Assert.True(retention.IsThere($"/cdr/{RetentionLimits.Batch:000}"));
        Assert.Equal(RetentionLimits.Batch, Directory.EnumerateFiles(Path.Combine(retention.Directory, "taken")).Count());
    }

    [Fact]
    public async Task A_newer_version_has_its_own_time()
    {
        await using var retention = await CreateAsync();
        await retention.AddAsync("/cdr/a", Day(2025, 1, 20));
        await retention.PlanAsync();
        await retention.AddAsync("/cdr/a", content: "newer");
        await retention.PassAsync(Day(2026, 3, 2));

        Assert.Equal("newer", await File.ReadAllTextAsync(retention.FileOf("/cdr/a")));
        Assert.Equal(0L, retention.Core.Scalar("SELECT count(*) FROM retention_mark"));
    }

    [Fact]
    public async Task A_run_goes_past_what_it_cannot_remove_and_says_so()
    {
        await using var retention = await CreateAsync();
        foreach (var path in (string[])["/cdr/a", "/cdr/directory", "/cdr/missing", "/cdr/z"])
        {
            await retention.AddAsync(path, Day(2025, 1, 20));
        }

        File.Delete(retention.FileOf("/cdr/missing"));
        File.Delete(retention.FileOf("/cdr/directory"));
        Directory.CreateDirectory(retention.FileOf("/cdr/directory"));
        await retention.PlanAsync();
        await retention.PassAsync(Day(2026, 1, 31));
        retention.Core.Time.Advance(TimeSpan.FromDays(1));
        var run = await retention.RunAsync();

        Assert.Equal((2, 1, 1), (run.Files, run.Failed, run.Missing));
        Assert.Equal(
            [("/cdr/directory", "there is a directory of that name"), ("/cdr/missing", "the catalogue knows it and the disk does not")],
            run.Failures.Select(failure => (failure.Path, failure.Reason)));
        Assert.Equal((false, false), (retention.IsThere("/cdr/a"), retention.IsThere("/cdr/z")));
        Assert.Equal(2L, retention.Core.Scalar("SELECT count(*) FROM audit WHERE action = 'retention-removed' AND outcome = 'failed' AND account = '10042'"));
        var pass = (await RetentionService.PassesAsync(retention.Core.Services.Database))[0];
        Assert.Equal(("run", 2, 14, 1, 1, null), (pass.Kind, pass.Files, pass.Bytes, pass.Failed, pass.Missing, pass.Refusal));
        Assert.Equal(pass.Ended, retention.Now);
    }

    [Fact]
    public async Task A_file_that_was_renamed_or_replaced_meanwhile_is_not_taken_for_the_old_one()
    {
        await using var retention = await CreateAsync();
        await retention.AddAsync("/cdr/a", Day(2025, 1, 20), content: "old");
        await retention.PlanAsync();
        await retention.PassAsync(Day(2026, 1, 31));
        retention.Core.Time.Advance(TimeSpan.FromDays(1));
        var service = retention.Service(point =>
        {
            if (point == RetentionPoint.Claimed)
            {
                File.WriteAllText(retention.FileOf("/cdr/a"), "new");
                retention.CatalogueAsync("/cdr/a", size: 3).GetAwaiter().GetResult();
            }
        });
        Assert.Equal((0, 1), (await service.RunAsync(Actor.System)).Get() is var run ? (run.Files, run.Failed) : default);
        Assert.Equal("new", await File.ReadAllTextAsync(retention.FileOf("/cdr/a")));
        retention.Core.Time.Advance(RetentionLimits.Settling);
        await retention.PlanAsync();

        Assert.Equal("new", await File.ReadAllTextAsync(retention.FileOf("/cdr/a")));
        Assert.Null(retention.GoneHow("/cdr/a"));
    }

    [Fact]
    public async Task Only_one_plan_or_run_works_at_a_time()
    {
        await using var retention = await CreateAsync();
        await retention.PlanAsync();
        await using (new FileStream(Path.Combine(retention.Directory, "lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            (await retention.TryPlanAsync()).Problem(ProblemKind.Busy);
            (await retention.Service().RunAsync(Actor.System)).Problem(ProblemKind.Busy);
        }

        await retention.RunAsync();
    }

    [Fact]
    public async Task A_quota_that_retention_has_made_room_in_is_warned_of_again()
    {
        await using var retention = await CreateAsync();
        (await retention.Core.Services.Quotas.SetForAccountAsync("10042", _ => new QuotaLimits(100, null), Actor.System)).Get();
        await retention.AddAsync("/cdr/a", Day(2025, 1, 20), content: new string('a', 96));
        Assert.Equal((1L, 95L), (Warnings(), Warned()));
        await retention.PassAsync(Day(2026, 2, 1, 4));
        Assert.Equal((1L, 0L), (Warnings(), Warned()));

        // Straight to the next warning, with nothing that arrives in between.
        await retention.AddAsync("/cdr/b", content: new string('b', 96));
        Assert.Equal((2L, 95L), (Warnings(), Warned()));

        object? Warnings() => retention.Core.Scalar("SELECT count(*) FROM event WHERE topic = 'quota-95'");
        object? Warned() => retention.Core.Scalar("SELECT warned FROM quota");
    }

    [Fact]
    public async Task A_directory_that_cannot_be_used_is_not_taken_for_a_plan_at_work()
    {
        await using var retention = await CreateAsync();
        await retention.AddAsync("/cdr/a", Day(2025, 1, 20));
        await retention.PassAsync(Day(2026, 2, 1, 3));
        retention.Core.Time.Advance(RetentionLimits.Settling);
        Directory.Move(retention.Directory, retention.Directory + ".away");
        await File.WriteAllTextAsync(retention.Directory, "in the way");
        Assert.Contains("cannot be used", (await retention.TryPlanAsync()).Problem(ProblemKind.Unusable).Message, StringComparison.Ordinal);
        (await retention.Service().RunAsync(Actor.System)).Problem(ProblemKind.Unusable);
        Assert.Equal(ProblemKind.Unusable, (await retention.Service().SettleAsync(Actor.System)).Problem?.Kind);
        Assert.Equal(2L, retention.Core.Scalar("SELECT count(*) FROM event WHERE topic = 'retention-trouble'"));
        Assert.Contains("cannot be used", (await RetentionService.PassesAsync(retention.Core.Services.Database))[0].Refusal, StringComparison.Ordinal);

        File.Delete(retention.Directory);
        Directory.Move(retention.Directory + ".away", retention.Directory);
        (await retention.Service().SettleAsync(Actor.System)).Check();
        Assert.Empty(retention.Aside);
    }

    [Fact]
    public async Task A_plan_that_does_not_mark_changes_nothing_and_says_what_goes()
    {
        await using var retention = await CreateAsync("20042", "30042");
        await retention.AddAsync("/cdr/a", Day(2025, 1, 20), content: "123");
        await retention.AddAsync("/cdr/b", Day(2025, 1, 10), content: "12345");
        await retention.AddAsync("/cdr/young");
        await retention.AddAsync("/cdr/a", Day(2025, 1, 5), account: "30042");
        (await retention.Core.Services.Holds.SetAsync("30042", null, "case 1", Actor.System)).Check();
        List<AccountPlan> accounts = [];
        List<PlannedFile> files = [];
        var plan = (await retention.Service().PlanAsync(new PlanRequest { OnAccount = accounts.Add, OnFile = files.Add }, Actor.System)).Get();

        Assert.Equal((Day(2026, 2, 1, 3), Day(2026, 2, 1, 3), 1, 2, 8, 2, 1, 0), (plan.NextRun, plan.Run, plan.Accounts, plan.Files, plan.Bytes, plan.NextRunFiles, plan.Held, plan.Marked));
        Assert.Equal([("10042", 2, 8, 2, 0), ("30042", 0, 0, 0, 1)], accounts.Select(each => (each.Account, each.Files, each.Bytes, each.NeverFetched, each.Held)).Order());
        Assert.Equal(["/cdr/b", "/cdr/a"], files.Select(file => file.Path));
        Assert.Equal(0L, retention.Core.Scalar("SELECT (SELECT count(*) FROM retention_mark) + (SELECT count(*) FROM retention_pass)"));
        (await retention.Service().PlanAsync(new PlanRequest { Account = "99" }, Actor.System)).Problem(ProblemKind.NotFound);
    }
}

internal static class OutcomeAssertions
{
    public static void Check(this Outcome outcome) => Assert.True(outcome.Succeeded, outcome.Problem?.Message);
}
