using Waybill.Core.Catalogue;

namespace Waybill.Core.Tests.Backup;

/// <summary>Whatever a login does with names while a backup is made, the backup can be restored and has the files of its moment.</summary>
public sealed class BackupMeanwhileTests
{
    [Theory]
    [InlineData("directory")]
    [InlineData("link")]
    public async Task A_file_that_is_renamed_meanwhile_keeps_its_name_from_what_took_it(string what)
    {
        await using var test = await TestBackup.CreateAsync();
        await test.Vaults.UploadAsync("/upload/x", "content");
        var report = (await test.TryWriteAsync(withFiles: true, afterCopy: async () =>
        {
            File.Move(test.Vaults.OnDisk("/upload/x"), test.Vaults.OnDisk("/upload/y"));
            await RenamedAsync(test, "/upload/x", "/upload/y");
            if (what == "link")
            {
                File.CreateSymbolicLink(test.Vaults.OnDisk("/upload/x"), "y");
                return;
            }

            Directory.CreateDirectory(test.Vaults.OnDisk("/upload/x/deeper"));
            test.Vaults.Put("/upload/x/later.csv", "later");
        })).Get();
        Assert.Equal((1L, 0L, 1L), (report.Files, report.Missing, report.LeftOut));
        (await test.TryRestoreAsync()).Get();
        Assert.Equal("content", await File.ReadAllTextAsync(test.Beside("restored/vaults/10042/upload/x"), TestContext.Current.CancellationToken));
        await using var services = await test.OpenAsync();
        Assert.Equal(["/upload/x"], (await services.Catalogue.ListAsync("10042", new CatalogueQuery())).Get().Items.Select(file => file.Path));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("link")]
    public async Task A_file_whose_directory_is_renamed_meanwhile_keeps_its_place_from_what_took_that(string what)
    {
        await using var test = await TestBackup.CreateAsync();
        await test.Vaults.UploadAsync("/upload/d/x", "content");
        var report = (await test.TryWriteAsync(withFiles: true, afterCopy: async () =>
        {
            Directory.Move(test.Vaults.OnDisk("/upload/d"), test.Vaults.OnDisk("/upload/e"));
            await RenamedAsync(test, "/upload/d", "/upload/e");
            if (what == "link")
            {
                File.CreateSymbolicLink(test.Vaults.OnDisk("/upload/d"), "e");
                return;
            }

            test.Vaults.Put("/upload/d", "by hand");
        })).Get();
        Assert.Equal((1L, 0L, 1L), (report.Files, report.Missing, report.LeftOut));
        (await test.TryRestoreAsync()).Get();
        Assert.Equal("content", await File.ReadAllTextAsync(test.Beside("restored/vaults/10042/upload/d/x"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_takes_the_name_of_a_directory_that_the_backup_has_already_is_left_out_and_counted()
    {
        await using var test = await TestBackup.CreateAsync();
        Directory.CreateDirectory(test.Vaults.OnDisk("/upload/d"));
        var isDone = false;
        var report = (await test.TryWriteAsync(withFiles: true, atEntry: (_, _) =>
        {
            if (!isDone)
            {
                isDone = true;
                Directory.Delete(test.Vaults.OnDisk("/upload/d"));
                File.CreateSymbolicLink(test.Vaults.OnDisk("/upload/d"), "../cdr");
            }
        })).Get();
        Assert.Equal(1, report.LeftOut);
        (await test.TryRestoreAsync()).Get();
        Assert.True(Directory.Exists(test.Beside("restored/vaults/10042/upload/d")));
    }

    private static async Task RenamedAsync(TestBackup test, string path, string target) => (await test.Core.Services.Database.WriteAsync<bool>(transaction =>
    {
        CatalogueSql.Renamed(transaction.Connection, CatalogueSql.AccountId(transaction.Connection, "10042")!.Value, path, target, test.Core.Time.GetUtcNow());
        return true;
    })).Get();
}
