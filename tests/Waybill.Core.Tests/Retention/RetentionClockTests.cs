using Waybill.Core.Audit;
using Waybill.Core.Retention;
using Waybill.TestKit;
using static Waybill.Core.Tests.Retention.TestRetention;

namespace Waybill.Core.Tests.Retention;

/// <summary>A clock that jumps deletes nothing: not while it is wrong, and not after it was set right.</summary>
public sealed class RetentionClockTests
{
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);

    [Theory]
    [InlineData(365)]
    [InlineData(3.1)]
    [InlineData(-365)]
    [InlineData(-0.01)]
    public async Task A_plan_and_a_run_refuse_a_clock_that_jumped_and_trust_one_that_came_back(double days)
    {
        await using var retention = await CreateAsync();
        await retention.AddAsync("/cdr/a", Day(2025, 1, 20));
        await retention.AddAsync("/cdr/b");
        await retention.PassAsync(Day(2026, 1, 31));
        retention.Clock.Ahead = TimeSpan.FromDays(days) - (retention.Now - Day(2026, 1, 31, 2));
        for (var i = 0; i < 3; i++)
        {
            var plan = (await retention.TryPlanAsync()).Problem(ProblemKind.Refused);
            var run = (await retention.Service().RunAsync(Actor.System)).Problem(ProblemKind.Refused);
            Assert.Contains("Nothing was removed", plan.Message, StringComparison.Ordinal);
            Assert.Contains(days > 0 ? "jumped" : "went back", run.Message, StringComparison.Ordinal);
        }

        Assert.Equal((true, true), (retention.IsThere("/cdr/a"), retention.IsThere("/cdr/b")));
        Assert.Equal(6L, retention.Core.Scalar("SELECT count(*) FROM event WHERE topic = 'retention-trouble'"));
        Assert.Equal(6L, retention.Core.Scalar("SELECT count(*) FROM retention_pass WHERE refusal IS NOT NULL"));

        retention.Clock.Ahead = TimeSpan.Zero;
        await retention.PassAsync(Day(2026, 2, 2));
        Assert.Equal((false, true), (retention.IsThere("/cdr/a"), retention.IsThere("/cdr/b")));
    }

    [Fact]
    public async Task Small_corrections_of_the_clock_and_a_weekend_without_the_server_are_no_jump()
    {
        await using var retention = await CreateAsync();
        await retention.PlanAsync();
        retention.Clock.Ahead = -RetentionLimits.ClockBehind;
        await retention.PlanAsync();
        retention.Clock.Ahead = TimeSpan.Zero;
        await retention.PlanAsync();
        retention.Core.Time.Advance(RetentionLimits.ClockAhead);
        await retention.PlanAsync();
    }

    [Fact]
    public async Task Rows_of_the_audit_in_the_future_are_reason_enough()
    {
        await using var retention = await CreateAsync();
        retention.Clock.Ahead = -TimeSpan.FromMinutes(6);
        Assert.Contains("audit", (await retention.TryPlanAsync()).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        retention.Clock.Ahead = -TimeSpan.FromMinutes(4);
        await retention.PlanAsync();
    }

    [Fact]
    public async Task Files_that_arrived_in_the_future_are_reason_enough_until_a_person_vouches_for_the_clock()
    {
        await using var retention = await CreateAsync();
        await retention.PlanAsync();
        await retention.AddAsync("/cdr/a", retention.Now + Year);
        Assert.Contains("1 files arrived later", (await retention.TryPlanAsync()).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        Assert.Contains("2026-01-15", (await retention.TryPlanAsync(new DateOnly(2026, 1, 16))).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);

        (await retention.TryPlanAsync(new DateOnly(2026, 1, 15))).Get();
        Assert.Equal(retention.Now, (await retention.Core.Services.Catalogue.FindAsync("10042", "/cdr/a"))!.Arrived);
        await retention.PlanAsync();
        await retention.PassAsync(Day(2027, 2, 2));
        Assert.False(retention.IsThere("/cdr/a"));
    }

    [Fact]
    public async Task What_arrived_while_the_clock_was_a_year_behind_is_not_taken_for_a_year_old()
    {
        await using var retention = await CreateAsync();
        await retention.PlanAsync();
        retention.Clock.Ahead = -Year;
        await retention.AddAsync("/cdr/a");
        Assert.Equal(Day(2025, 1, 15), (await retention.Core.Services.Catalogue.FindAsync("10042", "/cdr/a"))!.Arrived);
        retention.Clock.Ahead = TimeSpan.Zero;
        retention.Core.Time.Advance(TimeSpan.FromHours(14));
        await retention.PlanAsync();

        Assert.Equal(retention.Now, (await retention.Core.Services.Catalogue.FindAsync("10042", "/cdr/a"))!.Arrived);
        Assert.Equal(1L, retention.Core.Scalar("SELECT count(*) FROM audit WHERE action = 'retention-clock'"));
        await retention.PassAsync(Day(2026, 4, 2));
        Assert.True(retention.IsThere("/cdr/a"));
    }

    [Fact]
    public async Task Marks_of_a_clock_that_was_ahead_from_the_first_day_do_not_outlive_it()
    {
        await using var retention = await CreateAsync();
        await retention.AddAsync("/cdr/a", Day(2025, 12, 1));
        retention.Clock.Ahead = Year;
        await retention.PlanAsync();
        Assert.Equal(1L, retention.Core.Scalar("SELECT count(*) FROM retention_mark"));
        retention.Clock.Ahead = TimeSpan.Zero;
        (await retention.TryPlanAsync()).Problem(ProblemKind.Refused);
        (await retention.TryPlanAsync(new DateOnly(2026, 1, 15))).Get();

        Assert.Equal(0L, retention.Core.Scalar("SELECT count(*) FROM retention_mark"));
        await retention.PassAsync(Day(2026, 12, 31));
        Assert.True(retention.IsThere("/cdr/a"));
    }

    [Fact]
    public async Task Days_of_jumps_in_both_directions_remove_nothing_before_its_time()
    {
        await using var retention = await CreateAsync();
        var random = new SeededRandom(4711);
        for (var i = 0; i < 40; i++)
        {
            await retention.AddAsync($"/cdr/{i}");
        }

        TimeSpan[] jumps = [TimeSpan.FromHours(1), -TimeSpan.FromHours(1), Year, -Year, TimeSpan.Zero, TimeSpan.Zero];
        for (var i = 0; i < 100; i++)
        {
            retention.Core.Time.Advance(TimeSpan.FromHours(24));
            retention.Clock.Ahead = jumps[random.Next(jumps.Length)];
            await retention.AddAsync($"/data/{i}");
            await retention.TryPlanAsync();
            await retention.Service().RunAsync(Actor.System);
        }

        Assert.Equal(0L, retention.Core.Scalar("SELECT count(*) FROM file WHERE gone_at IS NOT NULL"));
        Assert.Equal(140, Directory.EnumerateFiles(retention.FileOf(""), "*", SearchOption.AllDirectories).Count());
        Assert.Equal(0L, retention.Core.Scalar($"SELECT count(*) FROM audit WHERE action = '{AuditActions.RetentionRemoved}'"));
    }
}
