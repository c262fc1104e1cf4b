using System.Globalization;
using Waybill.Core.Retention;
using Waybill.TestKit;
using static Waybill.Core.Tests.Retention.TestRetention;

namespace Waybill.Core.Tests.Retention;

/// <summary>A run that is killed goes on correctly: what was due is gone once, what was not is there, and catalogue, disk and audit agree.</summary>
public sealed class RetentionCrashTests
{
    private const int Due = RetentionLimits.Batch + 20;

    public static TheoryData<string, int> Points()
    {
        var points = new TheoryData<string, int>();
        foreach (var point in Enum.GetNames<RetentionPoint>())
        {
            points.Add(point, 1);
        }

        points.Add(nameof(RetentionPoint.TookOne), RetentionLimits.Batch / 2);
        points.Add(nameof(RetentionPoint.TookOne), RetentionLimits.Batch + 10);
        points.Add(nameof(RetentionPoint.Recorded), 2);
        return points;
    }

    [Theory]
    [MemberData(nameof(Points))]
    public async Task A_run_that_is_killed_at_any_point_is_ended_by_the_next(string point, int times)
    {
        await using var retention = await CreateAsync();
        using var archive = new TemporaryDirectory();
        var archives = point == nameof(RetentionPoint.Archived);
        retention.Options = retention.Options with { Archive = archives ? archive.FullName : null };
        for (var i = 0; i < Due; i++)
        {
            await retention.AddAsync($"/cdr/{i:000}", Day(2025, 1, 20), content: i.ToString(CultureInfo.InvariantCulture));
        }

        await retention.AddAsync("/cdr/young");
        await retention.PassAsync(Day(2026, 1, 31));
        retention.Core.Time.Advance(TimeSpan.FromDays(1));
        if (point is nameof(RetentionPoint.Settling) or nameof(RetentionPoint.Settled) or nameof(RetentionPoint.Discarded) or nameof(RetentionPoint.Archived))
        {
            // These come when something has settled already.
            await retention.RunAsync();
            retention.Core.Time.Advance(RetentionLimits.Settling);
        }

        await using (var victim = SecondProcess.StartRetention(retention.Core.Path, retention.Now, point, times, retention.Options.Archive))
        {
            var outcome = await victim.WaitForExitAsync(TimeSpan.FromSeconds(60));
            Assert.True(outcome.ExitCode == 137, outcome.ToString());
        }

        await retention.Core.ReopenAsync();
        await retention.RunAsync();
        retention.Core.Time.Advance(RetentionLimits.Settling);
        await retention.PlanAsync();

        Assert.Equal(["young"], Directory.EnumerateFiles(retention.FileOf("/cdr")).Select(Path.GetFileName));
        Assert.Equal((long)Due, retention.Core.Scalar($"SELECT count(*) FROM file WHERE gone_how = '{(archives ? "archived" : "retention")}'"));
        Assert.Equal(1L, retention.Core.Scalar("SELECT count(*) FROM file WHERE gone_at IS NULL"));
        Assert.Equal((long)Due, retention.Core.Scalar("SELECT count(DISTINCT subject) FROM audit WHERE action = 'retention-removed'"));
        Assert.Equal((long)Due, retention.Core.Scalar("SELECT count(*) FROM audit WHERE action = 'retention-removed'"));
        Assert.Equal(0L, retention.Core.Scalar("SELECT (SELECT count(*) FROM retention_removal) + (SELECT count(*) FROM retention_mark)"));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(retention.Directory, "taken")));
        Assert.Equal(archives ? Due : 0, Directory.EnumerateFiles(archive.FullName, "*", SearchOption.AllDirectories).Count());
        Assert.True((await retention.Core.Services.Audit.VerifyAsync()).Intact);
    }
}
