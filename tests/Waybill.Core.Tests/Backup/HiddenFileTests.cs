using System.Text.Json.Nodes;
using Waybill.Core.Backup;
using Waybill.Core.Feeds;
using Waybill.Core.Tests.Feeds;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Backup;

/// <summary>What is held or was taken back is as safe as what customers see; of the archive there is a list.</summary>
public sealed class HiddenFileTests
{
    [Fact]
    public async Task After_a_restore_a_held_file_can_be_released_and_a_recalled_one_looked_at()
    {
        await using var test = await TestBackup.CreateAsync();
        var core = test.Core;
        await core.PublishAsync("cdr", "june.csv", "first");
        await core.PublishAsync("cdr", "june.csv", "second, held");
        await core.PublishAsync("invoice", "1.pdf", "to be taken back");
        (await core.Services.Publisher.RecallAsync(new RecallRequest("wrong rates") { Account = "10042", Paths = ["/invoices/1.pdf"] }, TestCore.Operator)).Get();
        foreach (var hidden in core.Hidden("/cdr"))
        {
            File.SetLastWriteTimeUtc($"{core.Files.Vaults}/10042/cdr/{hidden}", new DateTime(2020, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        }

        var before = await DescribeAsync(core.Services);
        var report = await test.WriteAsync(withFiles: true);
        Assert.Equal((1L, 2L, 0L), (report.Files, report.Hidden, report.Missing));
        (await test.TryRestoreAsync()).Get();
        Assert.Equal(TestBackup.Tree(core.Path), TestBackup.Tree(test.Beside("restored")));

        await using var services = await test.OpenAsync();
        Assert.Equal(before, await DescribeAsync(services));
        var recalled = Assert.Single((await services.Publisher.ListSetAsideAsync(recalled: true)).Items);
        Assert.Equal("to be taken back", await File.ReadAllTextAsync(test.Beside("restored/vaults/10042") + recalled.Files[0].HiddenPath, TestContext.Current.CancellationToken));
        var held = Assert.Single((await services.Publisher.ListSetAsideAsync()).Items);
        (await services.Publisher.ReleaseAsync(held.Id, "looked at it", TestCore.Operator)).Get();
        Assert.Equal("second, held", await File.ReadAllTextAsync(test.Beside("restored/vaults/10042/cdr/june.csv"), TestContext.Current.CancellationToken));
        Assert.Equal(new DateTime(2020, 2, 3, 4, 5, 6, DateTimeKind.Utc), File.GetLastWriteTimeUtc(test.Beside("restored/vaults/10042/cdr/june.csv")));
        Assert.Equal("first", core.Content("/cdr/june.csv"));
    }

    [Fact]
    public async Task A_set_that_is_released_while_the_backup_is_made_is_held_in_it_and_one_that_is_discarded_is_counted()
    {
        await using var test = await TestBackup.CreateAsync();
        var core = test.Core;
        await core.PublishAsync("cdr", "a.csv", "old");
        await core.PublishAsync("cdr", "a.csv", "new");
        await core.PublishAsync("cdr", "a.csv", "third");
        var (released, discarded) = (Held(core, 0), Held(core, 1));
        var report = (await test.TryWriteAsync(withFiles: true, afterCopy: async () =>
        {
            (await core.Services.Publisher.ReleaseAsync(await released, null, TestCore.Operator)).Get();
            (await core.Services.Publisher.DiscardAsync(await discarded, "no", TestCore.Operator)).Get();
        })).Get();
        Assert.Equal((1L, 1L), (report.Hidden, report.GoneMeanwhile));
        (await test.TryRestoreAsync()).Get();
        await using var services = await test.OpenAsync();
        (await services.Publisher.ReleaseAsync(await released, null, TestCore.Operator)).Get();
        Assert.Equal("new", await File.ReadAllTextAsync(test.Beside("restored/vaults/10042/cdr/a.csv"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("state = 'holding'", true, true)]
    [InlineData("state = 'holding'", false, true)]
    [InlineData("state = 'committing', aside = 'held', replaces = 1", true, false)]
    public async Task A_set_that_is_just_being_held_or_released_is_finished_after_the_restore(string state, bool isHidden, bool isHeld)
    {
        await using var test = await TestBackup.CreateAsync();
        var core = test.Core;
        await core.PublishAsync("cdr", "a.csv", "old");
        await core.PublishAsync("cdr", "a.csv", "new");
        core.Tamper($"UPDATE publication SET {state}, owner = 'killed' WHERE state = 'held'; UPDATE publication_file SET source = '/cdr/a.csv.tmp' WHERE held IS NOT NULL");
        if (!isHidden)
        {
            File.Move($"{core.Files.Vaults}/10042/cdr/{Assert.Single(core.Hidden("/cdr"))}", core.Files.Vaults + "/10042/cdr/a.csv.tmp");
        }

        var report = await test.WriteAsync(withFiles: true);
        Assert.Equal((1L, 0L), (report.Hidden, report.Missing));
        (await test.TryRestoreAsync()).Get();
        await using var services = await test.OpenAsync();
        Assert.Equal(1, await services.Publisher.RecoverAsync());
        var place = test.Beside("restored/vaults/10042/cdr/a.csv");
        Assert.Equal(isHeld ? "old" : "new", await File.ReadAllTextAsync(place, TestContext.Current.CancellationToken));
        Assert.False(File.Exists(place + ".tmp"));
        var held = (await services.Publisher.ListSetAsideAsync()).Items;
        Assert.Equal(isHeld ? 1 : 0, held.Count);
        if (isHeld)
        {
            (await services.Publisher.ReleaseAsync(held[0].Id, null, TestCore.Operator)).Get();
            Assert.Equal("new", await File.ReadAllTextAsync(place, TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task Another_file_of_the_same_size_is_not_backed_up_in_the_place_of_a_hidden_one()
    {
        await using var test = await TestBackup.CreateAsync();
        var core = test.Core;
        await core.PublishAsync("cdr", "a.csv", "old");
        await core.PublishAsync("cdr", "a.csv", "new");
        File.Delete($"{core.Files.Vaults}/10042/cdr/{Assert.Single(core.Hidden("/cdr"))}");
        var report = await test.WriteAsync(withFiles: true);
        Assert.Equal((0L, 1L), (report.Hidden, report.Missing));
    }

    [Fact]
    public async Task Without_files_hidden_ones_are_listed_with_the_name_that_they_have_on_the_disk()
    {
        await using var test = await TestBackup.CreateAsync();
        await test.Core.PublishAsync("cdr", "a.csv", "old");
        await test.Core.PublishAsync("cdr", "a.csv", "new");
        var report = await test.WriteAsync(withFiles: false);
        Assert.Equal((1L, 1L), (report.Files, report.Hidden));
        (await test.TryRestoreAsync()).Get();
        var line = (await File.ReadAllLinesAsync(test.Beside("restored/" + VerifiedBackup.ListOfMissing), TestContext.Current.CancellationToken))
            .Select(text => JsonNode.Parse(text)!).Single(node => (string?)node["kind"] == "hidden");
        Assert.Equal("10042/cdr/a.csv", (string?)line["path"]);
        Assert.Equal($".waybill-s-{(string?)line["token"]}", Assert.Single(test.Core.Hidden("/cdr")));
    }

    [Fact]
    public async Task What_lies_in_the_archive_folders_is_listed()
    {
        await using var test = await TestBackup.CreateAsync();
        using var elsewhere = new TemporaryDirectory();
        Directory.CreateDirectory(test.Core.Path + "/archive/10042/2026-01/cdr");
        await File.WriteAllTextAsync(test.Core.Path + "/archive/10042/2026-01/cdr/a.csv", "12345", TestContext.Current.CancellationToken);
        elsewhere.Write("b.csv", [1, 2]);
        var report = (await test.TryWriteAsync(withFiles: false, archives: [test.Core.Path + "/archive", elsewhere.FullName, test.Beside("not there")])).Get();
        Assert.Equal(2, report.Archived);
        (await test.TryRestoreAsync()).Get();
        var lines = (await File.ReadAllLinesAsync(test.Beside("restored/" + VerifiedBackup.ListOfArchived), TestContext.Current.CancellationToken)).Select(text => JsonNode.Parse(text)!).ToList();
        Assert.Equal(
            [("archive/10042/2026-01/cdr/a.csv", 5L), (elsewhere.Combine("b.csv"), 2L)], lines.Select(line => ((string?)line["path"], (long)line["size"]!)));
    }

    [Fact]
    public async Task What_retention_has_put_aside_under_a_hold_is_in_a_backup_and_in_its_place_after_a_restore()
    {
        await using var test = await TestBackup.CreateAsync();
        var core = test.Core;
        foreach (var path in (string[])["/cdr/held.csv", "/cdr/free.csv", "/cdr/lost.csv"])
        {
            await test.Vaults.UploadAsync(path, path);
            var id = (long)core.Scalar($"SELECT id FROM file WHERE path = '{path}'")!;
            core.Tamper($"""
                UPDATE file SET gone_at = arrived_at, gone_how = 'retention' WHERE id = {id};
                INSERT INTO retention_removal (file_id, account_id, path, archive, taken_at) SELECT id, account_id, path, 0, arrived_at FROM file WHERE id = {id}
                """);
            Directory.CreateDirectory(core.Files.RetentionTaken);
            File.Move(test.Vaults.OnDisk(path), Path.Combine(core.Files.RetentionTaken, id.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }

        Assert.True((await core.Services.Holds.SetAsync("10042", "/cdr/held.csv", "case 1", TestCore.Operator)).Succeeded);
        Assert.True((await core.Services.Holds.SetAsync("10042", "/cdr/lost.csv", "case 1", TestCore.Operator)).Succeeded);
        File.Delete(Path.Combine(core.Files.RetentionTaken, "3"));
        Assert.Equal(2, (await test.WriteAsync(withFiles: false, test.Beside("list.tar"))).Aside);
        var report = await test.WriteAsync(withFiles: true);
        Assert.Equal((1L, 1L), (report.Aside, report.Missing));
        (await test.TryRestoreAsync()).Get();

        var restored = Assert.Single(Directory.GetFiles(test.Beside("restored/retention/taken")));
        Assert.Equal("1", Path.GetFileName(restored));
        Assert.Equal("/cdr/held.csv", await File.ReadAllTextAsync(restored, TestContext.Current.CancellationToken));
        Assert.Equal(File.GetUnixFileMode(Path.Combine(core.Files.RetentionTaken, "1")), File.GetUnixFileMode(restored));
    }

    private static async Task<long> Held(TestCore core, int index) => (await core.Services.Publisher.ListSetAsideAsync()).Items[index].Id;

    private static async Task<string> DescribeAsync(CoreServices services)
    {
        var receipts = (await services.Receipts.ListAsync(new ReceiptQuery())).Get().Items;
        return System.Text.Json.JsonSerializer.Serialize(new
        {
            Held = (await services.Publisher.ListSetAsideAsync()).Items,
            Recalled = (await services.Publisher.ListSetAsideAsync(recalled: true)).Items,
            Receipts = receipts,
        });
    }
}
