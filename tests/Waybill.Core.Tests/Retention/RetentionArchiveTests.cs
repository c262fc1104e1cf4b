using Waybill.Core.Retention;
using Waybill.TestKit;
using static Waybill.Core.Tests.Retention.TestRetention;

namespace Waybill.Core.Tests.Retention;

/// <summary>Files go to an archive instead of being deleted.</summary>
public sealed class RetentionArchiveTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Files_go_to_the_archive_under_their_account_and_path(bool otherFileSystem)
    {
        await using var retention = await CreateAsync("20042");
        using var archive = new Place(otherFileSystem);
        retention.Options = retention.Options with { Archive = archive.Path };
        foreach (var account in (string[])["10042", "20042"])
        {
            await retention.AddAsync("/cdr/2025/a.csv", Day(2025, 1, 20), account, content: "of " + account);
        }

        File.SetLastWriteTimeUtc(retention.FileOf("/cdr/2025/a.csv"), new DateTime(2025, 1, 20, 1, 2, 3, DateTimeKind.Utc));
        await retention.PassAsync(Day(2026, 2, 2, 3));

        foreach (var account in (string[])["10042", "20042"])
        {
            Assert.False(retention.IsThere("/cdr/2025/a.csv", account));
            Assert.Equal("of " + account, await File.ReadAllTextAsync(Path.Combine(archive.Path, account, "2026-02/cdr/2025/a.csv")));
        }

        Assert.Equal(new DateTime(2025, 1, 20, 1, 2, 3, DateTimeKind.Utc), File.GetLastWriteTimeUtc(Path.Combine(archive.Path, "10042/2026-02/cdr/2025/a.csv")));
        Assert.Equal("archived", retention.GoneHow("/cdr/2025/a.csv"));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(retention.Directory, "taken")));
        Assert.Equal(0L, retention.Core.Scalar("SELECT count(*) FROM retention_removal"));
    }

    [Fact]
    public async Task A_name_that_the_archive_has_already_keeps_both_versions()
    {
        await using var retention = await CreateAsync();
        using var archive = new Place(false);
        retention.Options = retention.Options with { Archive = archive.Path };
        Directory.CreateDirectory(Path.Combine(archive.Path, "10042/2026-02/cdr"));
        await File.WriteAllTextAsync(Path.Combine(archive.Path, "10042/2026-02/cdr/a"), "earlier");
        await File.WriteAllTextAsync(Path.Combine(archive.Path, "10042/2026-02/cdr/b"), "same");
        await retention.AddAsync("/cdr/a", Day(2025, 1, 20), content: "later");
        await retention.AddAsync("/cdr/b", Day(2025, 1, 20), content: "same");
        await retention.PassAsync(Day(2026, 2, 2, 3));

        Assert.Equal("earlier", await File.ReadAllTextAsync(Path.Combine(archive.Path, "10042/2026-02/cdr/a")));
        Assert.Equal("later", await File.ReadAllTextAsync(Path.Combine(archive.Path, "10042/2026-02.2/cdr/a")));
        Assert.Equal(3, Directory.EnumerateFiles(archive.Path, "*", SearchOption.AllDirectories).Count());
    }

    [Fact]
    public async Task Without_its_archive_a_run_removes_nothing_and_says_so()
    {
        await using var retention = await CreateAsync();
        using var archive = new Place(false);
        retention.Options = retention.Options with { Archive = archive.Path };
        await retention.AddAsync("/cdr/a", Day(2025, 1, 20));
        await retention.PassAsync(Day(2026, 1, 31));
        retention.Core.Time.Advance(TimeSpan.FromDays(1));
        Directory.Delete(archive.Path);

        Assert.Contains("is not there", (await retention.Service().RunAsync(Actor.System)).Problem(ProblemKind.Unusable).Message, StringComparison.Ordinal);
        Assert.True(retention.IsThere("/cdr/a"));
        Assert.Equal(1L, retention.Core.Scalar("SELECT count(*) FROM event WHERE topic = 'retention-trouble'"));
        Directory.CreateDirectory(archive.Path);
        await retention.RunAsync();
        Assert.False(retention.IsThere("/cdr/a"));
    }

    private sealed class Place : IDisposable
    {
        private readonly TemporaryDirectory? _directory;

        public Place(bool otherFileSystem)
        {
            _directory = otherFileSystem ? null : new TemporaryDirectory();
            Path = _directory?.FullName ?? Directory.CreateDirectory("/dev/shm/waybill-archive-" + Guid.NewGuid().ToString("N")).FullName;
        }

        public string Path { get; }

        public void Dispose()
        {
            if (_directory is null)
            {
                Directory.Delete(Path, recursive: true);
            }

            _directory?.Dispose();
        }
    }
}
