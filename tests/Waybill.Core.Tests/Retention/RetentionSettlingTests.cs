using Waybill.Core.Retention;
using Waybill.TestKit;
using static Waybill.Core.Tests.Retention.TestRetention;

namespace Waybill.Core.Tests.Retention;

/// <summary>What a run has moved aside is put back, kept or destroyed minutes later, and never the wrong one of these.</summary>
public sealed class RetentionSettlingTests
{
    [Fact]
    public async Task An_upload_that_takes_the_name_in_the_moment_of_the_removal_comes_back_also_when_a_scan_misses_it_first()
    {
        await using var retention = await DueAsync();

        // The upload is published on the disk when the run begins, and its row is committed when the run has recorded the file as gone.
        Assert.Equal(1, (await retention.Service(OverwriteAt(retention, RetentionPoint.Recovered)).RunAsync(Actor.System)).Get().Files);
        await retention.CatalogueAsync("/cdr/a", size: 3);
        Assert.False(retention.IsThere("/cdr/a"));

        var scan = await retention.ScanAsync();
        Assert.Equal((0, 1), (scan.Missing, scan.Unsettled));
        await retention.SettleAsync();

        Assert.Equal("new", await File.ReadAllTextAsync(retention.FileOf("/cdr/a")));
        Assert.Null(retention.GoneHow("/cdr/a"));
        Assert.Equal(1L, retention.Core.Scalar("SELECT count(*) FROM audit WHERE action = 'retention-restored'"));
        Assert.Equal(0, (await retention.ScanAsync()).Missing);
    }

    [Fact]
    public async Task An_upload_that_an_older_scan_has_marked_as_missing_comes_back_and_is_in_the_catalogue_again()
    {
        await using var retention = await DueAsync();
        await retention.Service(OverwriteAt(retention, RetentionPoint.Recovered)).RunAsync(Actor.System);
        var file = await retention.CatalogueAsync("/cdr/a", size: 3);
        retention.Core.Tamper($"UPDATE file SET gone_at = arrived_at, gone_how = 'missing' WHERE id = {file}");
        await retention.SettleAsync();

        Assert.Equal("new", await File.ReadAllTextAsync(retention.FileOf("/cdr/a")));
        Assert.Null(retention.GoneHow("/cdr/a"));
    }

    [Fact]
    public async Task An_upload_whose_row_is_there_before_the_run_records_comes_back_at_once()
    {
        await using var retention = await DueAsync();
        var overwrite = OverwriteAt(retention, RetentionPoint.Recovered);
        var run = await retention.Service(point =>
        {
            overwrite(point);
            if (point == RetentionPoint.Took)
            {
                Assert.False(retention.IsThere("/cdr/a"));
                retention.CatalogueAsync("/cdr/a", size: 3).GetAwaiter().GetResult();
            }
        }).RunAsync(Actor.System);

        Assert.True(run.Succeeded);
        Assert.Equal("new", await File.ReadAllTextAsync(retention.FileOf("/cdr/a")));
        Assert.Empty(retention.Aside);
        Assert.Equal(0L, retention.Core.Scalar("SELECT count(*) FROM retention_removal"));
    }

    [Fact]
    public async Task An_upload_that_is_published_after_the_claim_is_not_moved_at_all()
    {
        await using var retention = await DueAsync();
        var run = (await retention.Service(OverwriteAt(retention, RetentionPoint.Claimed)).RunAsync(Actor.System)).Get();

        Assert.Equal((0, 1), (run.Files, run.Failed));
        Assert.Equal("new", await File.ReadAllTextAsync(retention.FileOf("/cdr/a")));
        Assert.Empty(retention.Aside);
    }

    [Fact]
    public async Task A_file_that_cannot_be_put_back_is_kept_until_it_can()
    {
        await using var retention = await DueAsync();
        await retention.Service(OverwriteAt(retention, RetentionPoint.Recovered)).RunAsync(Actor.System);
        await retention.CatalogueAsync("/cdr/a", size: 3);
        Directory.CreateDirectory(retention.FileOf("/cdr/a"));
        await retention.SettleAsync();
        await retention.PlanAsync();
        Assert.Single(retention.Aside);
        Assert.Contains("directory of that name", (string)retention.Core.Scalar("SELECT detail FROM audit WHERE outcome = 'failed' ORDER BY sequence DESC LIMIT 1")!, StringComparison.Ordinal);

        Directory.Delete(retention.FileOf("/cdr/a"));
        await retention.PlanAsync();
        Assert.Equal("new", await File.ReadAllTextAsync(retention.FileOf("/cdr/a")));
    }

    [Fact]
    public async Task A_hold_that_comes_in_the_middle_of_a_long_settling_keeps_the_rest()
    {
        await using var retention = await DueAsync("/cdr/b", "/cdr/c");
        await retention.RunAsync();
        retention.Core.Time.Advance(RetentionLimits.Settling);
        var settled = 0;
        (await retention.Service(point =>
        {
            if (point == RetentionPoint.Settled && ++settled == 1)
            {
                retention.Core.Services.Holds.SetAsync("10042", null, "case 1", Actor.System).AsTask().GetAwaiter().GetResult().Check();
            }
        }).SettleAsync(Actor.System)).Check();

        Assert.Equal(2, retention.Aside.Count());
        await retention.PlanAsync();
        Assert.Equal(2, retention.Aside.Count());
    }

    [Fact]
    public async Task What_was_taken_goes_minutes_after_the_run_and_not_only_with_the_next_plan()
    {
        await using var retention = await DueAsync();
        await retention.RunAsync();
        (await retention.Service().SettleAsync(Actor.System)).Check();
        Assert.Single(retention.Aside);
        await retention.SettleAsync();
        Assert.Empty(retention.Aside);
        Assert.Equal(0L, retention.Core.Scalar("SELECT count(*) FROM retention_removal"));
    }

    [Fact]
    public async Task What_cannot_be_settled_is_tried_for_an_hour_and_then_with_each_plan()
    {
        await using var retention = await DueAsync();
        await retention.Service(OverwriteAt(retention, RetentionPoint.Recovered)).RunAsync(Actor.System);
        await retention.CatalogueAsync("/cdr/a", size: 3);
        Directory.CreateDirectory(retention.FileOf("/cdr/a"));
        for (var passed = TimeSpan.Zero; passed < 2 * RetentionLimits.SettlingTries; passed += RetentionLimits.Settling)
        {
            await retention.SettleAsync();
        }

        var tries = RetentionLimits.SettlingTries / RetentionLimits.SettleEvery;
        Assert.Equal((long)tries, retention.Core.Scalar("SELECT count(*) FROM audit WHERE action = 'retention-removed' AND outcome = 'failed'"));
        await retention.PlanAsync();
        Assert.Equal((long)tries + 1, retention.Core.Scalar("SELECT count(*) FROM audit WHERE action = 'retention-removed' AND outcome = 'failed'"));
    }

    [Fact]
    public async Task Nothing_settles_by_a_clock_that_is_doubted()
    {
        await using var retention = await DueAsync();
        await retention.RunAsync();
        retention.StartServer();
        retention.Clock.Ahead = TimeSpan.FromHours(1);
        Assert.Equal(ProblemKind.Refused, (await retention.Service().SettleAsync(Actor.System)).Problem?.Kind);
        Assert.Single(retention.Aside);
    }

    [Fact]
    public async Task A_copy_that_a_cut_left_at_both_places_is_in_one_after_the_next_plan()
    {
        await using var retention = await DueAsync();
        CutAfterCopy(retention, "old");
        await retention.PlanAsync();

        Assert.False(retention.IsThere("/cdr/a"));
        Assert.Equal("retention", retention.GoneHow("/cdr/a"));
        Assert.Equal(0, (await retention.ScanAsync()).Found);
        await retention.SettleAsync();
        Assert.Empty(retention.Aside);
    }

    [Fact]
    public async Task A_new_version_beside_a_copy_that_a_cut_left_stays()
    {
        await using var retention = await DueAsync();
        CutAfterCopy(retention, "old");
        await retention.AddAsync("/cdr/a", content: "new");
        await retention.PlanAsync();
        await retention.SettleAsync();

        Assert.Equal("new", await File.ReadAllTextAsync(retention.FileOf("/cdr/a")));
        Assert.Null(retention.GoneHow("/cdr/a"));
        Assert.Empty(retention.Aside);
    }

    [Fact]
    public async Task A_copy_that_an_earlier_failure_left_aside_does_not_keep_its_file_for_ever()
    {
        await using var retention = await DueAsync();
        CutAfterCopy(retention, "old");
        retention.Core.Tamper("DELETE FROM retention_removal");
        Assert.Equal(1, (await retention.RunAsync()).Files);
        Assert.False(retention.IsThere("/cdr/a"));
        await retention.SettleAsync();
        Assert.Empty(retention.Aside);
    }

    [Fact]
    public async Task A_held_file_that_is_not_aside_any_more_is_in_the_audit()
    {
        await using var retention = await DueAsync("/cdr/b");
        await retention.RunAsync();
        (await retention.Core.Services.Holds.SetAsync("10042", "/cdr/a", "case 1", Actor.System)).Check();
        foreach (var file in retention.Aside.ToList())
        {
            File.Delete(Path.Combine(retention.Directory, "taken", file));
        }

        await retention.SettleAsync();
        await retention.PlanAsync();
        Assert.Equal("/cdr/a", retention.Core.Scalar("SELECT group_concat(subject) FROM audit WHERE action = 'retention-lost' AND outcome = 'failed'"));
    }

    /// <summary>A file "old" at /cdr/a, and others, on the day of the run that removes them.</summary>
    private static async Task<TestRetention> DueAsync(params string[] others)
    {
        var retention = await CreateAsync();
        foreach (var path in others.Prepend("/cdr/a"))
        {
            await retention.AddAsync(path, Day(2025, 1, 20), content: "old");
        }

        await retention.PlanAsync();
        await retention.PassAsync(Day(2026, 1, 31));
        retention.Core.Time.Advance(TimeSpan.FromDays(1));
        return retention;
    }

    private static Action<RetentionPoint> OverwriteAt(TestRetention retention, RetentionPoint when) => point =>
    {
        if (point == when)
        {
            File.WriteAllText(retention.FileOf("/cdr/new"), "new");
            File.Move(retention.FileOf("/cdr/new"), retention.FileOf("/cdr/a"), overwrite: true);
        }
    };

    /// <summary>What a power cut leaves between the copy to another file system and the removal of the original.</summary>
    private static void CutAfterCopy(TestRetention retention, string content)
    {
        var file = (long)retention.Core.Scalar("SELECT id FROM file WHERE path = '/cdr/a'")!;
        retention.Core.Tamper($"INSERT INTO retention_removal (file_id, account_id, path, archive) SELECT id, account_id, path, 0 FROM file WHERE id = {file}");
        Directory.CreateDirectory(Path.Combine(retention.Directory, "taken"));
        File.WriteAllText(Path.Combine(retention.Directory, "taken", file.ToString(System.Globalization.CultureInfo.InvariantCulture)), content);
    }
}
