using Waybill.Core.Retention;
using static Waybill.Core.Tests.Retention.TestRetention;

namespace Waybill.Core.Tests.Retention;

/// <summary>A jump while the server runs: the time that passed tells it from a weekend, so a smaller one is noticed than between two runs.</summary>
public sealed class ClockWatchTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(48)]
    public async Task A_plan_and_a_run_refuse_a_clock_that_jumped_since_the_server_started_until_a_person_vouches_for_it(int hours)
    {
        await using var retention = await CreateAsync();
        await retention.AddAsync("/cdr/a", Day(2025, 1, 20));
        await retention.PassAsync(Day(2026, 1, 31));
        retention.StartServer();
        retention.Core.Time.Advance(TimeSpan.FromHours(4));
        retention.Clock.Ahead = TimeSpan.FromHours(hours);

        // Nobody has looked since: the run itself does.
        var run = (await retention.Service().RunAsync(Actor.System)).Problem(ProblemKind.Refused);
        Assert.Contains(hours > 0 ? "ahead while the server ran" : "back while the server ran", run.Message, StringComparison.Ordinal);
        Assert.Contains("--today", run.Message, StringComparison.Ordinal);
        Assert.Contains("while the server ran", (await retention.TryPlanAsync()).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        Assert.True(retention.IsThere("/cdr/a"));

        // A restart forgets nothing, nor does a command know less than the server.
        await retention.Core.ReopenAsync();
        retention.StartServer();
        (await retention.TryPlanAsync()).Problem(ProblemKind.Refused);
        retention.StopServer();
        (await retention.TryPlanAsync()).Problem(ProblemKind.Refused);

        (await retention.TryPlanAsync(DateOnly.FromDateTime(retention.Clock.GetUtcNow().UtcDateTime))).Get();
        retention.Core.Time.Advance(TimeSpan.FromDays(1));
        await retention.RunAsync();
        Assert.False(retention.IsThere("/cdr/a"));
        Assert.Equal(1L, retention.Core.Scalar("SELECT count(*) FROM event WHERE topic = 'retention-trouble' AND body LIKE '%\"what\":\"clock\"%'"));
    }

    [Fact]
    public async Task A_clock_that_comes_back_while_the_server_runs_is_trusted_again()
    {
        await using var retention = await CreateAsync();
        await retention.PlanAsync();
        var watch = retention.StartServer();
        foreach (var ahead in (TimeSpan[])[TimeSpan.FromDays(2), TimeSpan.FromDays(1), TimeSpan.FromDays(-400)])
        {
            retention.Core.Time.Advance(TimeSpan.FromMinutes(1));
            retention.Clock.Ahead = ahead;
            Assert.Null((await watch.LookAsync(TestContext.Current.CancellationToken)).Problem);
            Assert.Equal(1L, retention.Core.Scalar("SELECT count(*) FROM retention_jump"));
            (await retention.TryPlanAsync()).Problem(ProblemKind.Refused);
        }

        retention.Clock.Ahead = TimeSpan.FromMinutes(1);
        await retention.PlanAsync();
        Assert.Equal(0L, retention.Core.Scalar("SELECT count(*) FROM retention_jump"));
    }

    [Fact]
    public async Task Corrections_up_to_the_limit_are_no_jump_and_do_not_add_up_over_trusted_plans()
    {
        await using var retention = await CreateAsync();
        await retention.PlanAsync();
        var watch = retention.StartServer();
        var step = RetentionLimits.ClockJump - TimeSpan.FromSeconds(1);
        for (var day = 0; day < 10; day++)
        {
            retention.Core.Time.Advance(TimeSpan.FromDays(1));
            retention.Clock.Ahead += step;
            Assert.Null((await watch.LookAsync(TestContext.Current.CancellationToken)).Problem);
            await retention.PlanAsync();
        }

        // Between two plans they do.
        retention.Clock.Ahead += step;
        Assert.Null((await watch.LookAsync(TestContext.Current.CancellationToken)).Problem);
        Assert.Equal(0L, retention.Core.Scalar("SELECT count(*) FROM retention_jump"));
        retention.Clock.Ahead += step;
        (await retention.TryPlanAsync()).Problem(ProblemKind.Refused);
    }

    [Fact]
    public async Task A_clock_that_jumps_in_the_middle_of_a_run_makes_nothing_due()
    {
        await using var retention = await CreateAsync();
        await retention.AddAsync("/cdr/march", Day(2025, 2, 20));
        await retention.AddAsync("/cdr/april", Day(2025, 3, 20));
        await retention.PassAsync(Day(2026, 2, 28));
        Assert.Equal(2L, retention.Core.Scalar("SELECT count(*) FROM retention_mark"));
        retention.Core.Time.Advance(Day(2026, 3, 1, 3) - retention.Now);
        var run = (await retention.Service(point =>
        {
            if (point == RetentionPoint.Claimed)
            {
                retention.Clock.Ahead = TimeSpan.FromDays(400);
            }
        }).RunAsync(Actor.System)).Get();
        Assert.Equal(1, run.Files);
        Assert.Equal((false, true), (retention.IsThere("/cdr/march"), retention.IsThere("/cdr/april")));
    }

    [Fact]
    public async Task A_jump_that_is_written_is_not_written_again_when_only_the_anchor_of_the_audit_fails()
    {
        await using var retention = await CreateAsync();
        await retention.PlanAsync();
        var watch = retention.StartServer();
        var inTheWay = retention.Core.Files.AuditAnchor + ".lock";
        File.Delete(inTheWay);
        Directory.CreateDirectory(inTheWay);
        retention.Clock.Ahead = TimeSpan.FromHours(1);
        Assert.Contains("anchor", (await watch.LookAsync(TestContext.Current.CancellationToken)).Problem?.Message, StringComparison.Ordinal);
        Directory.Delete(inTheWay);
        for (var look = 0; look < 3; look++)
        {
            Assert.Null((await watch.LookAsync(TestContext.Current.CancellationToken)).Problem);
        }

        Assert.Equal((long)TimeSpan.FromHours(1).TotalMilliseconds, retention.Core.Scalar("SELECT off_by FROM retention_jump"));
        Assert.Equal(1L, retention.Core.Scalar("SELECT count(*) FROM event WHERE topic = 'retention-trouble'"));
    }
}
