using Waybill.Core.Retention;
using static Waybill.Core.Tests.Retention.TestRetention;

namespace Waybill.Core.Tests.Retention;

/// <summary>Each bound of retention is reached.</summary>
public sealed class RetentionLimitTests
{
    [Fact]
    public async Task There_are_only_so_many_policies_and_holds()
    {
        await using var retention = await CreateAsync();
        var (policies, holds) = (retention.Core.Services.RetentionPolicies, retention.Core.Services.Holds);
        retention.Core.Tamper(
            $"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {RetentionLimits.Policies - 1})
            INSERT INTO retention_policy (account_id, folder, months, set_by, set_at) SELECT NULL, '/f' || i, 12, 'x', 0 FROM n;
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {RetentionLimits.Holds - 1})
            INSERT INTO hold (account_id, path, reason, set_by, set_at) SELECT (SELECT id FROM account), '/f' || i, 'r', 'x', 0 FROM n;
            """);
        (await policies.SetAsync("10042", null, 1, Actor.System)).Check();
        (await policies.SetAsync("10042", null, RetentionLimits.Months, Actor.System)).Check();
        Assert.Equal(ProblemKind.LimitReached, (await policies.SetAsync("10042", "/cdr", 12, Actor.System)).Problem?.Kind);
        (await holds.SetAsync("10042", "/cdr", "one", Actor.System)).Check();
        (await holds.SetAsync("10042", "/cdr", "two", Actor.System)).Check();
        Assert.Equal(ProblemKind.LimitReached, (await holds.SetAsync("10042", "/data", "three", Actor.System)).Problem?.Kind);
        Assert.Equal(RetentionLimits.Policies, (await policies.ListAsync()).Count);
        Assert.Equal(RetentionLimits.Holds, (await holds.ListAsync()).Count);
        await retention.PlanAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(RetentionLimits.Months + 1)]
    public async Task A_policy_has_a_month_at_least_and_a_hundred_years_at_most(int months)
    {
        await using var retention = await CreateAsync();
        Assert.Equal(ProblemKind.Invalid, (await retention.Core.Services.RetentionPolicies.SetAsync("10042", null, months, Actor.System)).Problem?.Kind);
    }

    [Fact]
    public async Task Policies_and_holds_are_for_what_there_is_and_give_a_reason()
    {
        await using var retention = await CreateAsync();
        var (policies, holds) = (retention.Core.Services.RetentionPolicies, retention.Core.Services.Holds);
        Assert.Equal(ProblemKind.Invalid, (await policies.SetAsync(null, null, 12, Actor.System)).Problem?.Kind);
        Assert.Equal(ProblemKind.Invalid, (await policies.SetAsync("10042", "cdr", 12, Actor.System)).Problem?.Kind);
        Assert.Equal(ProblemKind.NotFound, (await policies.SetAsync("9", "/cdr", 12, Actor.System)).Problem?.Kind);
        Assert.Equal(ProblemKind.NotFound, (await policies.SetAsync("10042", "/cdr", null, Actor.System)).Problem?.Kind);
        Assert.Equal(ProblemKind.NotFound, (await holds.SetAsync("9", "/cdr", "r", Actor.System)).Problem?.Kind);
        Assert.Equal(ProblemKind.Invalid, (await holds.SetAsync("10042", "/cdr", " ", Actor.System)).Problem?.Kind);
        Assert.Equal(ProblemKind.NotFound, (await holds.RemoveAsync("10042", "/cdr", "r", Actor.System)).Problem?.Kind);
        Assert.Equal(0L, retention.Core.Scalar("SELECT count(*) FROM audit WHERE action LIKE 'hold-%' OR action = 'retention-policy'"));
    }

    [Fact]
    public async Task A_plan_reads_page_by_page_and_a_run_works_batch_by_batch()
    {
        await using var retention = await CreateAsync();
        var files = RetentionLimits.Page + 1;
        retention.Core.Tamper(
            $"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {files})
            INSERT INTO file (account_id, path, size, arrived_at, protocol) SELECT (SELECT id FROM account), '/cdr/' || i, 1, {Day(2025, 1, 20).ToUnixTimeMilliseconds()}, 'sftp' FROM n;
            """);
        Assert.Equal((files, files), ((await retention.PlanAsync()).Marked, (await retention.PlanAsync()).Files));
        await retention.PassAsync(Day(2026, 1, 31));
        retention.Core.Time.Advance(TimeSpan.FromDays(1));
        var batches = 0;
        var run = (await retention.Service(point => batches += point == RetentionPoint.Batch ? 1 : 0).RunAsync(Actor.System)).Get();

        Assert.Equal((0, files), (run.Files, run.Missing));
        Assert.Equal(RetentionLimits.FailuresShown, run.Failures.Count);
        Assert.Equal((files + RetentionLimits.Batch - 1) / RetentionLimits.Batch, batches);
        Assert.Equal((long)files, retention.Core.Scalar("SELECT count(*) FROM audit WHERE action = 'retention-removed'"));
    }

    [Fact]
    public async Task A_plan_takes_marks_back_page_by_page()
    {
        await using var retention = await CreateAsync();
        var files = RetentionLimits.Page + 1;
        retention.Core.Tamper(
            $"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {files})
            INSERT INTO file (account_id, path, size, arrived_at, protocol) SELECT (SELECT id FROM account), '/cdr/' || i, 1, {Day(2025, 1, 20).ToUnixTimeMilliseconds()}, 'sftp' FROM n;
            """);
        Assert.Equal(files, (await retention.PlanAsync()).Marked);
        retention.Options = retention.Options with { Months = 24 };
        await retention.PlanAsync();
        Assert.Equal(0L, retention.Core.Scalar("SELECT count(*) FROM retention_mark"));
    }

    [Fact]
    public async Task What_accounts_were_told_of_runs_that_are_over_is_forgotten_page_by_page_by_the_next_plan()
    {
        await using var retention = await CreateAsync();
        var file = await retention.AddAsync("/cdr/young");
        var (over, next) = (Day(2026, 1, 1, 3).ToUnixTimeMilliseconds(), Day(2026, 2, 1, 3).ToUnixTimeMilliseconds());
        retention.Core.Tamper(
            $"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= {RetentionLimits.Page})
            INSERT INTO retention_noticed (due_at, account_id, position, file_id) SELECT {over}, (SELECT id FROM account), i, {file} FROM n;
            INSERT INTO retention_noticed (due_at, account_id, position, file_id) SELECT {next}, (SELECT id FROM account), 1, {file};
            """);
        await retention.Service().PlanAsync(new PlanRequest(), Actor.System);
        Assert.Equal(RetentionLimits.Page + 2L, retention.Core.Scalar("SELECT count(*) FROM retention_noticed"));
        Assert.Equal(0, (await retention.PlanAsync()).Notices);
        Assert.Equal($"1 {next}", retention.Core.Scalar("SELECT count(*) || ' ' || min(due_at) FROM retention_noticed"));
    }

    [Fact]
    public async Task Only_the_newest_plans_and_runs_are_shown()
    {
        await using var retention = await CreateAsync();
        for (var i = 0; i <= RetentionLimits.PassesShown; i++)
        {
            await retention.PlanAsync();
        }

        var passes = await RetentionService.PassesAsync(retention.Core.Services.Database);
        Assert.Equal((RetentionLimits.PassesShown, RetentionLimits.PassesShown + 1), (passes.Count, (int)passes[0].Id));
    }

    [Fact]
    public async Task What_was_taken_is_kept_for_the_settling_time_and_not_longer()
    {
        await using var retention = await CreateAsync();
        await retention.AddAsync("/cdr/a", Day(2025, 1, 20));
        await retention.PassAsync(Day(2026, 2, 1, 3));
        retention.Core.Time.Advance(TimeSpan.FromHours(1));
        Assert.Single(Directory.EnumerateFiles(Path.Combine(retention.Directory, "taken")));
        await retention.PlanAsync();
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(retention.Directory, "taken")));
    }
}
