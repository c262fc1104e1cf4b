using System.Globalization;
using Waybill.Core.Expectations;
using Waybill.Core.Feeds;
using Waybill.Storage;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Expectations;

/// <summary>What the checks make of a clock that was ahead for a while; the right one starts on Thursday 2026-01-15 at noon UTC.</summary>
public sealed class ExpectationClockTests : IAsyncLifetime
{
    private TestCore _core = null!;

    private FakeTimeProvider Time => _core.Time;

    public async ValueTask InitializeAsync()
    {
        _core = await TestCore.CreateAsync();
        await _core.AddAccountAsync();
    }

    public ValueTask DisposeAsync() => _core.DisposeAsync();

    [Fact]
    public async Task A_clock_that_was_ahead_does_not_keep_unfetched_files_from_being_told()
    {
        await SetAsync(by: null, unfetched: 1);
        await ArriveAsync("/cdr/before.csv");
        await CheckAsync(TimeSpan.FromDays(365));
        Assert.Equal(["file-unfetched /cdr/before.csv"], Events());
        await CheckAsync();
        Time.Advance(TimeSpan.FromMinutes(1));
        await ArriveAsync("/cdr/after.csv");
        Time.Advance(TimeSpan.FromDays(1));
        await CheckAsync();
        await CheckAsync();
        Assert.Equal(["file-unfetched /cdr/before.csv", "file-unfetched /cdr/after.csv"], Events());
    }

    [Theory]
    [InlineData(5)]
    [InlineData(365)]
    public async Task Days_that_a_clock_that_was_ahead_judged_are_judged_when_they_come(int ahead)
    {
        await SetAsync(new TimeOnly(6, 0), unfetched: null);
        await CheckAsync(TimeSpan.FromDays(ahead));
        var before = Events().Count;
        Assert.InRange(before, 5, 7);
        await CheckAsync();
        Assert.Equal(0L, _core.Scalar("SELECT count(*) FROM missed"));

        List<string> days = [];
        for (var day = 16; day <= 20; day++)
        {
            days.Add($"file-missing 2026-01-{day}T06:00:00Z");
            Time.Advance(DateTimeOffset.Parse($"2026-01-{day}T06:00:00Z", CultureInfo.InvariantCulture) - Time.GetUtcNow());
            await CheckAsync();
            await CheckAsync();
        }

        Assert.Equal(days, Events()[before..]);
        Time.Advance(DateTimeOffset.Parse("2027-01-15T12:00:00Z", CultureInfo.InvariantCulture) - Time.GetUtcNow());
        await CheckAsync();
        Assert.Equal(before + 5 + 7, Events().Count);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_by_less_than_a_day_has_no_day_judged_twice()
    {
        await SetAsync(new TimeOnly(6, 0), unfetched: null);
        Time.Advance(TimeSpan.FromHours(18));
        await CheckAsync();
        await CheckAsync(TimeSpan.FromMinutes(-10));
        await CheckAsync(TimeSpan.FromHours(-23));
        await CheckAsync();
        Assert.Equal(["file-missing 2026-01-16T06:00:00Z"], Events());
    }

    private async Task SetAsync(TimeOnly? by, int? unfetched) => (await _core.Services.Expectations.SetAsync(
        new NewExpectation("10042", "cdr") { Pattern = "*.csv", By = by, UnfetchedDays = unfetched }, TimeZoneInfo.Utc, TestCore.Operator)).Get();

    private async Task CheckAsync(TimeSpan ahead = default)
    {
        var outcome = await new ExpectationChecker(_core.Services.Database, TimeZoneInfo.Utc, FeedTypes.Default).RunAsync(Time.GetUtcNow() + ahead);
        Assert.True(outcome.Succeeded, outcome.Problem?.Message);
    }

    private async Task ArriveAsync(string path) => Assert.Equal(
        StoreError.None,
        await _core.Journal(Actor.Login("10042", "192.0.2.1", "c1")).RecordAsync(new FileEvent(FileOperation.Upload, VaultPath.Parse(path), Bytes: 1, Size: 1)));

    private List<string> Events() => [.. ((string)_core.Scalar("SELECT coalesce(group_concat(topic || ' ' || coalesce(json_extract(body, '$.due'), json_extract(body, '$.path')), char(10)), '') FROM (SELECT * FROM event ORDER BY id)")!)
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)];
}
