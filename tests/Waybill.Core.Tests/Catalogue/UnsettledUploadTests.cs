using System.Buffers;
using Waybill.Core.Catalogue;
using Waybill.Storage;
using Waybill.Storage.Access;

namespace Waybill.Core.Tests.Catalogue;

/// <summary>An upload is in place a moment before its row is: what others do to the file meanwhile makes no row of it, and none of theirs comes before it.</summary>
public sealed class UnsettledUploadTests
{
    private static readonly VaultPath Path = VaultPath.Parse("/upload/a.csv");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_scan_leaves_it_to_its_session(bool replaces)
    {
        await using var vaults = await TestVaults.CreateAsync();
        await using var session = vaults.OpenSession();
        if (replaces)
        {
            await vaults.UploadAsync("/upload/a.csv", "old");
        }

        await using var file = await CommittedAsync(session, "newer");
        var report = await vaults.ScanAsync();
        Assert.Equal((0L, 0L, 1L), (report.Found, report.Changed, report.Unsettled));
        Assert.Equal(replaces ? 3 : null, (await vaults.FindAsync("/upload/a.csv"))?.Size);

        await RecordAsync(vaults, 5);
        await file.SettleAsync(recorded: true);
        report = await vaults.ScanAsync();
        Assert.Equal((0L, 0L, 0L), (report.Found, report.Changed, report.Unsettled));
        Assert.Equal("10042", (await vaults.FindAsync("/upload/a.csv"))!.Login);
    }

    [Fact]
    public async Task One_that_was_not_recorded_is_found_by_the_next_scan()
    {
        await using var vaults = await TestVaults.CreateAsync();
        await using var session = vaults.OpenSession();
        await using var file = await CommittedAsync(session, "new");
        await file.SettleAsync(recorded: false);
        Assert.Equal(1, (await vaults.ScanAsync()).Found);
    }

    [Fact]
    public async Task One_that_another_session_renames_has_one_row_where_it_lies_and_its_own_origin()
    {
        await using var vaults = await TestVaults.CreateAsync();
        await using var session = vaults.OpenSession();
        await using var other = vaults.OpenSession();
        await using var file = await CommittedAsync(session, "new");
        var renaming = new SessionFiles(other, new AllRights(), vaults.Core.Journal(Actor.Login("10042", "192.0.2.8", "c2"))).RenameAsync(Path, VaultPath.Parse("/upload/b.csv")).AsTask();
        await RecordAsync(vaults, 3);
        await file.SettleAsync(recorded: true);
        Assert.True((await renaming).IsOk);
        Assert.Null(await vaults.FindAsync("/upload/a.csv"));
        Assert.Equal((3, "sftp", "10042"), await vaults.FindAsync("/upload/b.csv") is { } row ? (row.Size, row.Protocol, row.Login) : default);
        var report = await vaults.ScanAsync();
        Assert.Equal((0L, 0L), (report.Found, report.Missing));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_whose_directory_another_session_renames_has_its_row_where_it_lies(bool isInPlace)
    {
        await using var vaults = await TestVaults.CreateAsync();
        await using var session = vaults.OpenSession();
        await using var other = vaults.OpenSession();
        Directory.CreateDirectory(vaults.OnDisk("/upload/d"));
        var (files, others) = (vaults.FilesOf(session), vaults.FilesOf(other));
        var path = VaultPath.Parse("/upload/d/a.csv");
        var (_, file) = await files.OpenAsync(path, OpenModes.Write | OpenModes.Create | OpenModes.Truncate);
        await using var upload = file!;
        if (isInPlace)
        {
            Assert.Equal(StoreError.None, await upload.CommitKeepingOldAsync());
        }

        var renaming = others.RenameAsync(VaultPath.Parse("/upload/d"), VaultPath.Parse("/upload/e")).AsTask();
        if (isInPlace)
        {
            Assert.True((await files.RecordAsync(new FileEvent(FileOperation.Upload, upload.RenamedTo ?? path))).IsOk);
            await upload.SettleAsync(recorded: true);
        }
        else
        {
            await renaming;
            Assert.True((await files.CommitAsync(upload, new UploadFacts(path, 0))).IsOk);
        }

        Assert.True((await renaming).IsOk);
        Assert.NotNull(await vaults.FindAsync("/upload/e/a.csv"));
        var report = await vaults.ScanAsync();
        Assert.Equal((1L, 0L, 0L), (report.Files, report.Found, report.Missing));
    }

    [Fact]
    public async Task One_that_another_session_removes_is_removed()
    {
        await using var vaults = await TestVaults.CreateAsync();
        await using var session = vaults.OpenSession();
        await using var other = vaults.OpenSession();
        await using var file = await CommittedAsync(session, "new");
        var removing = new SessionFiles(other, new AllRights(), vaults.Core.Journal(Actor.Login("10042", "192.0.2.8", "c2"))).RemoveAsync(Path).AsTask();
        await RecordAsync(vaults, 3);
        await file.SettleAsync(recorded: true);
        Assert.True((await removing).IsOk);
        Assert.Equal(GoneHow.Removed, Assert.Single(await vaults.VersionsAsync("/upload/a.csv")).GoneHow);
    }

    [Fact]
    public async Task What_was_read_of_one_that_came_to_nothing_was_no_fetch_of_the_version_before()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        var journal = core.Journal(Actor.Login("10042", "192.0.2.7", "c1"));
        Assert.Equal(StoreError.None, await journal.RecordAsync(new FileEvent(FileOperation.Upload, Path, Bytes: 3, Size: 3)));
        Assert.Equal(StoreError.None, await journal.RecordAsync(new FileEvent(FileOperation.Download, Path, Bytes: 3, Size: 3) { IsPending = true }));
        Assert.Equal(StoreError.None, await journal.RecordAsync(new FileEvent(FileOperation.MakeDirectory, VaultPath.Parse("/upload/behind-the-download"))));
        Assert.Null((await core.Services.Catalogue.FindAsync("10042", "/upload/a.csv"))!.FirstFetched);
        Assert.Equal(1L, core.Scalar("SELECT count(*) FROM audit WHERE action = 'download'"));
    }

    private static async Task<IOpenFile> CommittedAsync(IFileStore session, string content)
    {
        var file = (await session.OpenAsync(Path, OpenModes.Write | OpenModes.Create | OpenModes.Truncate)).Value!;
        Assert.Equal(StoreError.None, await file.WriteAsync(0, new ReadOnlySequence<byte>(System.Text.Encoding.UTF8.GetBytes(content))));
        Assert.Equal(StoreError.None, await file.CommitKeepingOldAsync());
        return file;
    }

    private static async Task RecordAsync(TestVaults vaults, long size) => Assert.Equal(
        StoreError.None, await vaults.Core.Journal(Actor.Login("10042", "192.0.2.7", "c1")).RecordAsync(new FileEvent(FileOperation.Upload, Path, Bytes: size, Size: size)));

    private sealed class AllRights : IAccessRules
    {
        public FileRights RightsAt(VaultPath path) => FileRights.All;
    }
}
