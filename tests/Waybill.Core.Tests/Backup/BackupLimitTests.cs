using System.Formats.Tar;
using Waybill.Core.Backup;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;

namespace Waybill.Core.Tests.Backup;

public sealed class BackupLimitTests
{
    [Fact]
    public async Task A_backup_holds_so_many_members_beside_the_vaults_and_counts_the_rest()
    {
        await using var test = await TestBackup.CreateAsync();
        for (var i = 0; i < BackupFormat.MaximumMembers; i++)
        {
            await File.WriteAllBytesAsync($"{test.Core.Path}/hostkeys/{i}", [], TestContext.Current.CancellationToken);
        }

        Directory.CreateDirectory(test.Core.Path + "/secrets");
        await File.WriteAllTextAsync(test.Core.Files.PeopleKey, "the key", TestContext.Current.CancellationToken);

        // One is there already, the key of the audit comes first; anchor, database, lists and the keys of what is sealed must have their place.
        var report = await test.WriteAsync(withFiles: false);
        Assert.Equal(2 + BackupFormat.Reserved, report.LeftOut);
        Assert.True(new FileInfo(test.Archive).Length > 0);
        (await test.TryRestoreAsync()).Get();
        Assert.Equal(BackupFormat.MaximumMembers - 1 - BackupFormat.Reserved, Directory.GetFiles(test.Beside("restored/hostkeys")).Length);
        Assert.Equal("the key", await File.ReadAllTextAsync(test.Beside("restored/secrets/people.key"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_archive_with_more_members_or_a_longer_manifest_than_any_backup_is_refused()
    {
        await using var test = await TestBackup.CreateAsync();
        using (var tar = new TarWriter(File.Create(test.Archive)))
        {
            for (var i = 0; i <= BackupFormat.MaximumMembers; i++)
            {
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"hostkeys/{i}"));
            }
        }

        Assert.Contains($"hostkeys/{BackupFormat.MaximumMembers} does not belong", (await test.TryRestoreAsync()).Problem(ProblemKind.Unusable).Message, StringComparison.Ordinal);
        using (var tar = new TarWriter(File.Create(test.Archive)))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, BackupFormat.Manifest) { DataStream = new MemoryStream(new byte[BackupFormat.MaximumManifest + 1]) });
        }

        Assert.Contains("manifest.json does not belong", (await test.TryRestoreAsync()).Problem(ProblemKind.Unusable).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_the_installation_with_a_longer_name_is_left_out_and_counted()
    {
        await using var test = await TestBackup.CreateAsync();
        PrivateFile.Create($"{test.Core.Path}/hostkeys/{new string('k', BackupFormat.MaximumName)}");
        Assert.Equal(0, (await test.WriteAsync(withFiles: false)).LeftOut);
        PrivateFile.Create($"{test.Core.Path}/hostkeys/{new string('k', BackupFormat.MaximumName + 1)}");
        Assert.Equal(1, (await test.WriteAsync(withFiles: false, test.Beside("second.tar"))).LeftOut);
    }

    [Fact]
    public async Task More_files_that_are_not_where_they_should_be_than_are_remembered_are_missing_at_once()
    {
        await using var test = await TestBackup.CreateAsync();
        var count = BackupTreeWriter.LookAgain + 3;
        (await test.Core.Services.Database.WriteAsync<int>(transaction =>
        {
            var account = CatalogueSql.AccountId(transaction.Connection, "10042")!.Value;
            for (var i = 0; i < count; i++)
            {
                CatalogueSql.Arrived(transaction.Connection, account, $"/cdr/{i:0000}", 1, null, null, DeliveryProtocol.Found, test.Core.Time.GetUtcNow());
            }

            return count;
        })).Get();
        var writing = test.TryWriteAsync(withFiles: true).AsTask();
        await test.Vaults.WaitForTimerAsync(CatalogueScan.Settle);

        // The last ones are not looked for again, the first ones are.
        test.Vaults.Put("/cdr/0000", "1");
        test.Vaults.Put($"/cdr/{count - 1:0000}", "1");
        test.Core.Time.Advance(CatalogueScan.Settle);
        Assert.Equal((1L, count - 1L), ((await writing).Get().Files, (await writing).Get().Missing));
    }
}
