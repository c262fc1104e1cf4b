using System.Globalization;
using Waybill.Core.Catalogue;
using Waybill.Core.Expectations;
using Waybill.Core.Feeds;
using Waybill.Storage;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Expectations;

/// <summary>Files that come, and do not come again, by the renaming of their folder; the clock starts on Thursday 2026-01-15 at noon UTC.</summary>
public sealed class RenamedFolderTests : IAsyncLifetime
{
    private TestCore _core = null!;

    private FakeTimeProvider Time => _core.Time;

    public async ValueTask InitializeAsync()
    {
        _core = await TestCore.CreateAsync();
        await _core.AddAccountAsync();
        (await _core.Services.Expectations.SetAsync(
            new NewExpectation("10042", "cdr") { Pattern = "*.csv", By = new TimeOnly(6, 0), UnfetchedDays = 1 }, TimeZoneInfo.Utc, TestCore.Operator)).Get();
    }

    public ValueTask DisposeAsync() => _core.DisposeAsync();

    [Theory]
    [InlineData("/cdr", "/away")]
    [InlineData("/cdr/16.csv", "/away.csv")]
    public async Task What_goes_out_of_its_folder_and_back_has_not_come_again(string path, string away)
    {
        // It has come by its renaming, and not by its arrival.
        await DoAsync(new FileEvent(FileOperation.Upload, VaultPath.Parse("/cdr/16.csv.part"), Bytes: 1, Size: 1));
        await CheckAsync("2026-01-16T05:00:00Z");
        await RenameAsync("/cdr/16.csv.part", "/cdr/16.csv");
        await CheckAsync("2026-01-16T06:00:00Z");
        await CheckAsync("2026-01-17T05:30:00Z");
        Assert.Equal(["file-unfetched /cdr/16.csv"], Events());
        for (var i = 0; i < 2; i++)
        {
            await RenameAsync(path, away);
            Time.Advance(TimeSpan.FromMinutes(1));
            await RenameAsync(away, path);
        }

        await CheckAsync("2026-01-17T06:00:00Z");
        await CheckAsync("2026-01-18T05:59:00Z");
        Assert.Equal(["file-unfetched /cdr/16.csv", "file-missing 2026-01-17T06:00:00Z"], Events());
    }

    [Theory]
    [InlineData("/cdr", "/away")]
    [InlineData("/cdr/16.csv", "/away.csv")]
    public async Task What_was_away_when_it_was_looked_for_comes_when_it_is_back(string path, string away)
    {
        await CheckAsync("2026-01-16T05:00:00Z");
        await DoAsync(new FileEvent(FileOperation.Upload, VaultPath.Parse("/cdr/16.csv"), Bytes: 1, Size: 1));
        await RenameAsync(path, away);
        await CheckAsync("2026-01-16T06:00:00Z");
        await CheckAsync("2026-01-16T06:30:00Z");
        await RenameAsync(away, path);
        await CheckAsync("2026-01-16T07:00:00Z");
        Assert.Equal(["file-missing 2026-01-16T06:00:00Z", "file-late 2026-01-16T06:00:00Z"], Events());
        await CheckAsync("2026-01-17T06:30:00Z");
        Assert.Equal("file-unfetched /cdr/16.csv", Events()[^1]);
    }

    [Fact]
    public async Task Files_of_a_folder_that_comes_at_once_are_told_so_many_in_one_transaction()
    {
        const int Files = (2 * ExpectationChecker.FilesTogether) + 50;
        (await _core.Services.Database.WriteAsync<int>(transaction =>
        {
            for (var i = 0; i < Files; i++)
            {
                CatalogueSql.Arrived(transaction.Connection, 1, $"/new/{i}.csv", 1, null, null, DeliveryProtocol.Sftp, Time.GetUtcNow());
            }

            return 0;
        })).Get();
        await RenameAsync("/new", "/cdr");
        _core.Tamper($"CREATE TRIGGER full BEFORE INSERT ON event WHEN (SELECT count(*) FROM event WHERE topic = 'file-unfetched') = {ExpectationChecker.FilesTogether} BEGIN SELECT RAISE(ABORT, 'full'); END;");
        Time.Advance(TimeSpan.FromDays(1.5));
        var checker = new ExpectationChecker(_core.Services.Database, TimeZoneInfo.Utc, FeedTypes.Default);
        Assert.False((await checker.RunAsync(Time.GetUtcNow())).Succeeded);
        Assert.Equal((long)ExpectationChecker.FilesTogether, _core.Scalar("SELECT count(*) FROM event WHERE topic = 'file-unfetched'"));

        _core.Tamper("DROP TRIGGER full");
        Assert.True((await checker.RunAsync(Time.GetUtcNow())).Succeeded);
        Assert.True((await checker.RunAsync(Time.GetUtcNow() + TimeSpan.FromDays(1))).Succeeded);
        Assert.Equal(Files, Events().Distinct().Count(static each => each.StartsWith("file-unfetched", StringComparison.Ordinal)));
        Assert.Equal(Files, Events().Count(static each => each.StartsWith("file-unfetched", StringComparison.Ordinal)));
    }

    private async Task CheckAsync(string time)
    {
        Time.Advance(DateTimeOffset.Parse(time, CultureInfo.InvariantCulture) - Time.GetUtcNow());
        var outcome = await new ExpectationChecker(_core.Services.Database, TimeZoneInfo.Utc, FeedTypes.Default).RunAsync(Time.GetUtcNow());
        Assert.True(outcome.Succeeded, outcome.Problem?.Message);
    }

    private Task RenameAsync(string path, string target) => DoAsync(new FileEvent(FileOperation.Rename, VaultPath.Parse(path), VaultPath.Parse(target)));

    private async Task DoAsync(FileEvent fileEvent) =>
        Assert.Equal(StoreError.None, await _core.Journal(Actor.Login("10042", "192.0.2.1", "c1")).RecordAsync(fileEvent));

    private List<string> Events() => [.. ((string)_core.Scalar("SELECT coalesce(group_concat(topic || ' ' || coalesce(json_extract(body, '$.due'), json_extract(body, '$.path')), char(10)), '') FROM (SELECT * FROM event ORDER BY id)")!)
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)];
}
