using Waybill.Core.Catalogue;
using Waybill.Core.Vaults;
using Waybill.Core.Feeds;
using Waybill.Core.Vaults.Mounts;
using Waybill.Storage;

namespace Waybill.Core.Tests.Catalogue;

/// <summary>What a session does appears in the catalogue, in the same commit as its audit row.</summary>
public sealed class FileJournalTests
{
    private static readonly Actor Customer = Actor.Login("10042", "192.0.2.1", "c1");

    [Fact]
    public async Task An_upload_is_a_file_with_the_time_of_the_server()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        await Do(core.Journal(Customer), FileOperation.Upload, "/upload/a.csv", size: 7, expected: 9);

        var file = (await core.Services.Catalogue.FindAsync("10042", "/upload/a.csv"))!;
        Assert.Equal(("10042", "/upload/a.csv", 7, 9L, "10042", "sftp"), (file.Account, file.Path, file.Size, file.ExpectedSize, file.Login, file.Protocol));
        Assert.Equal(core.Time.GetUtcNow(), file.Arrived);
        Assert.Null(file.FirstFetched);
    }

    [Fact]
    public async Task What_the_providers_logins_do_is_the_accounts_however_they_write_its_number()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync("aBc");
        var accounts = core.Services.Accounts;
        FileJournal JournalOf(string login, AccountsTree tree) =>
            new(core.Services.Audit, Actor.Login(login, "192.0.2.1", "c1"), DeliveryProtocol.Sftp, new AccountsView(tree, accounts), core.Time);
        await Do(JournalOf("billing", AccountsTree.ForPublisher(FeedTypes.Default.Folders)), FileOperation.Upload, "/accounts/ABC/invoice/a.pdf", size: 7);
        await Do(core.Journal(Customer, account: "aBc"), FileOperation.Upload, "/upload/b.csv", size: 3);
        await Do(JournalOf("office", AccountsTree.ForCollector(LayoutTemplate.Default)), FileOperation.Download, "/inbound/abc/upload/b.csv", size: 3, bytes: 3);
        await Do(core.Journal(Customer, account: "aBc"), FileOperation.MakeDirectory, "/upload/behind-the-download");

        var published = (await core.Services.Catalogue.FindAsync("aBc", "/invoices/a.pdf"))!;
        Assert.Equal(("aBc", "billing", 7), (published.Account, published.Login, published.Size));
        Assert.Equal("office", (await core.Services.Catalogue.FindAsync("aBc", "/upload/b.csv"))!.FirstFetchedBy);
        Assert.Equal(4L, core.Scalar("SELECT count(*) FROM audit WHERE account = 'aBc' AND subject IN ('/invoices/a.pdf', '/upload/b.csv', '/upload/behind-the-download')"));
    }

    [Fact]
    public async Task A_newer_version_replaces_the_one_before_and_both_stay_known()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        var journal = core.Journal(Customer);
        await Do(journal, FileOperation.Upload, "/upload/a.csv", size: 1);
        core.Time.Advance(TimeSpan.FromHours(1));
        await Do(journal, FileOperation.Upload, "/upload/a.csv", size: 2);

        var files = await ListAsync(core, withGone: true);
        Assert.Equal([(1, GoneHow.Replaced), (2, null)], files.Select(file => (file.Size, file.GoneHow)));
        Assert.Equal(core.Time.GetUtcNow(), files[0].Gone);
        Assert.Equal(2, Assert.Single(await ListAsync(core)).Size);
    }

    [Fact]
    public async Task Only_a_whole_fetch_counts_as_the_first()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        var journal = core.Journal(Customer);
        await Do(journal, FileOperation.Upload, "/cdr/a.csv", size: 100);
        await Do(journal, FileOperation.Download, "/cdr/a.csv", size: 100, bytes: 40);
        core.Time.Advance(TimeSpan.FromMinutes(1));
        await Do(journal, FileOperation.Download, "/cdr/a.csv", size: 100, bytes: 100);
        var first = core.Time.GetUtcNow();
        core.Time.Advance(TimeSpan.FromMinutes(1));
        await Do(journal, FileOperation.Download, "/cdr/a.csv", size: 100, bytes: 100);
        await Do(journal, FileOperation.MakeDirectory, "/cdr/behind-the-downloads");

        var file = (await core.Services.Catalogue.FindAsync("10042", "/cdr/a.csv"))!;
        Assert.Equal((first, "10042"), (file.FirstFetched, file.FirstFetchedBy));
        var fetches = await core.Services.Catalogue.FetchesAsync(file.Id);
        Assert.Equal([(100, true), (100, true), (40, false)], fetches.Select(fetch => (fetch.Bytes, fetch.Whole)));
        Assert.Equal("192.0.2.1", fetches[0].Address);
    }

    [Theory]
    [InlineData("overwritten")]
    [InlineData("removed")]
    [InlineData("renamed")]
    [InlineData("swapped")]
    public async Task A_fetch_is_that_of_the_version_that_was_read_whatever_became_of_it_meanwhile(string meanwhile)
    {
        await using var vaults = await TestVaults.CreateAsync();
        await using var session = vaults.OpenSession();
        await using var other = vaults.OpenSession();
        var files = vaults.FilesOf(session);
        await vaults.CommitAsync(other, "/upload/a", "old");
        await vaults.CommitAsync(other, "/upload/b", "other");
        var (_, reading) = await files.OpenAsync(VaultPath.Parse("/upload/a"), OpenModes.Read);
        var attributes = (await reading!.GetAttributesAsync()).Value;
        var changing = vaults.FilesOf(other);
        switch (meanwhile)
        {
            case "overwritten":
                await vaults.CommitAsync(other, "/upload/a", "new version");
                break;
            case "removed":
                Assert.True((await changing.RemoveAsync(VaultPath.Parse("/upload/a"))).IsOk);
                await vaults.CommitAsync(other, "/upload/a", "new version");
                break;
            case "renamed":
                Assert.True((await changing.RenameAsync(VaultPath.Parse("/upload/a"), VaultPath.Parse("/upload/c"))).IsOk);
                await vaults.CommitAsync(other, "/upload/a", "new version");
                break;
            default:
                Assert.True((await changing.RenameAsync(VaultPath.Parse("/upload/b"), VaultPath.Parse("/upload/a"))).IsOk);
                break;
        }

        Assert.True((await files.RecordAsync(new FileEvent(FileOperation.Download, VaultPath.Parse("/upload/a"), Bytes: 3, Size: 3, Identity: attributes.Identity)
        {
            Born = attributes.Born,
        })).IsOk);
        await reading.DisposeAsync();
        Assert.True((await files.MakeDirectoryAsync(VaultPath.Parse("/upload/behind-the-download"), 0x1ED)).IsOk);
        Assert.Null((await vaults.FindAsync("/upload/a"))!.FirstFetched);
        Assert.Equal(
            3L, vaults.Core.Scalar("SELECT size FROM file WHERE id = (SELECT file_id FROM fetch)"));
        Assert.Equal("10042", vaults.Core.Scalar("SELECT first_fetched_by FROM file WHERE size = 3"));

        // One that was put back by hand from a copy is not the file of its row, and the version of its row.
        vaults.MeetTheKernelsClock();
        await vaults.CommitAsync(other, "/upload/d", "kept");
        await Task.Delay(5, TestContext.Current.CancellationToken);
        File.Delete(vaults.OnDisk("/upload/d"));
        await File.WriteAllTextAsync(vaults.OnDisk("/upload/d"), "kept", TestContext.Current.CancellationToken);
        var copy = (await session.GetAttributesAsync(VaultPath.Parse("/upload/d"), followLink: true)).Value;
        Assert.True((await files.RecordAsync(new FileEvent(FileOperation.Download, VaultPath.Parse("/upload/d"), Bytes: 4, Size: 4, Identity: copy.Identity) { Born = copy.Born })).IsOk);
        Assert.True((await files.MakeDirectoryAsync(VaultPath.Parse("/upload/behind-both"), 0x1ED)).IsOk);
        Assert.Equal("10042", (await vaults.FindAsync("/upload/d"))!.FirstFetchedBy);
    }

    [Theory]
    [InlineData("before", "overwritten")]
    [InlineData("before", "removed")]
    [InlineData("cut", "overwritten")]
    [InlineData("cut", "removed")]
    public async Task A_fetch_of_a_version_whose_file_is_not_known_is_its_own_whatever_became_of_it_meanwhile(string why, string meanwhile)
    {
        await using var vaults = await TestVaults.CreateAsync();
        await using var session = vaults.OpenSession();
        await using var other = vaults.OpenSession();
        var (files, changing) = (vaults.FilesOf(session), vaults.FilesOf(other));
        var path = VaultPath.Parse("/upload/a");

        // One that left long before is not meant, whatever is known of it.
        vaults.MeetTheKernelsClock();
        await vaults.CommitAsync(other, "/upload/a", "1");
        vaults.Core.Tamper("UPDATE file SET inode = NULL, born = NULL");
        Assert.True((await changing.RemoveAsync(path)).IsOk);
        await Task.Delay(20, TestContext.Current.CancellationToken);
        await vaults.CommitAsync(other, "/upload/a", "four");
        if (why == "before")
        {
            vaults.Core.Tamper("UPDATE file SET inode = NULL, born = NULL");
        }
        else
        {
            var changes = new AttributeChanges(Size: 3);
            Assert.Equal(StoreError.None, await other.SetAttributesAsync(path, changes, followLink: false));
            Assert.True((await changing.RecordAsync(new FileEvent(FileOperation.SetAttributes, path, Changes: changes))).IsOk);
        }

        var (_, reading) = await files.OpenAsync(path, OpenModes.Read);
        var attributes = (await reading!.GetAttributesAsync()).Value;
        vaults.MeetTheKernelsClock();
        if (meanwhile == "removed")
        {
            Assert.True((await changing.RemoveAsync(path)).IsOk);
        }
        else
        {
            await vaults.CommitAsync(other, "/upload/a", "new version");
        }

        Assert.True((await files.RecordAsync(new FileEvent(FileOperation.Download, path, Bytes: attributes.Size, Size: attributes.Size, Identity: attributes.Identity)
        {
            Born = attributes.Born,
        })).IsOk);
        await reading.DisposeAsync();
        Assert.True((await files.MakeDirectoryAsync(VaultPath.Parse("/upload/behind-the-download"), 0x1ED)).IsOk);
        Assert.Equal(attributes.Size, vaults.Core.Scalar("SELECT size FROM file WHERE id = (SELECT file_id FROM fetch)"));
        Assert.Equal(1L, vaults.Core.Scalar("SELECT count(*) FROM file WHERE first_fetched_by IS NOT NULL"));

        // What was put there by hand after all of them left, and has no row, is none of them.
        Assert.Equal(meanwhile == "overwritten", (await changing.RemoveAsync(path)).IsOk);
        vaults.MeetTheKernelsClock();
        await Task.Delay(20, TestContext.Current.CancellationToken);
        vaults.Put("/upload/a", "by hand");
        var byHand = (await session.GetAttributesAsync(path, followLink: true)).Value;
        Assert.True((await files.RecordAsync(new FileEvent(FileOperation.Download, path, Bytes: 7, Size: 7, Identity: byHand.Identity) { Born = byHand.Born })).IsOk);
        Assert.True((await files.MakeDirectoryAsync(VaultPath.Parse("/upload/behind-both"), 0x1ED)).IsOk);
        Assert.Equal(1L, vaults.Core.Scalar("SELECT count(*) FROM fetch"));
    }

    [Fact]
    public async Task A_renamed_file_keeps_its_arrival_and_replaces_what_was_there()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        var journal = core.Journal(Customer);
        await Do(journal, FileOperation.Upload, "/upload/a", size: 1);
        var arrived = core.Time.GetUtcNow();
        core.Time.Advance(TimeSpan.FromHours(1));
        await Do(journal, FileOperation.Upload, "/upload/b", size: 2);
        await Do(journal, FileOperation.Rename, "/upload/a", target: "/upload/b");

        var file = Assert.Single(await ListAsync(core));
        Assert.Equal(("/upload/b", 1, arrived), (file.Path, file.Size, file.Arrived));
    }

    [Fact]
    public async Task A_file_that_the_catalogue_does_not_know_replaces_the_one_that_it_knows()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        var journal = core.Journal(Customer);
        await Do(journal, FileOperation.Upload, "/upload/b", size: 2);
        await Do(journal, FileOperation.Rename, "/upload/by-hand", target: "/upload/b");

        Assert.Empty(await ListAsync(core));
        Assert.Equal(GoneHow.Replaced, Assert.Single(await ListAsync(core, withGone: true)).GoneHow);
        Assert.Equal(0L, core.Scalar("SELECT files FROM quota WHERE login = ''"));
    }

    [Fact]
    public async Task An_upload_that_gets_another_name_before_anybody_sees_it_replaces_nothing_until_it_is_committed()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        var journal = core.Journal(Customer);
        await Do(journal, FileOperation.Upload, "/upload/b", size: 2);
        Assert.Equal(StoreError.None, await journal.RecordAsync(
            new FileEvent(FileOperation.Rename, VaultPath.Parse("/upload/new"), VaultPath.Parse("/upload/b")) { IsPending = true }));
        Assert.Equal(2, Assert.Single(await ListAsync(core)).Size);

        await Do(journal, FileOperation.Upload, "/upload/b", size: 3);
        Assert.Equal([(2, GoneHow.Replaced), (3, null)], (await ListAsync(core, withGone: true)).Select(file => (file.Size, file.GoneHow)));
    }

    [Fact]
    public async Task A_renamed_directory_takes_its_files_along_and_no_neighbour()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        await core.AddAccountAsync("other");
        var journal = core.Journal(Customer);
        foreach (var path in (string[])["/upload/d/1", "/upload/d/s/2", "/upload/d.txt", "/upload/d0", "/upload/d-1/x"])
        {
            await Do(journal, FileOperation.Upload, path);
        }

        await Do(core.Journal(Customer, account: "other"), FileOperation.Upload, "/upload/d/1");
        await Do(journal, FileOperation.Rename, "/upload/d", target: "/upload/e");

        Assert.Equal(["/upload/d-1/x", "/upload/d.txt", "/upload/d0", "/upload/e/1", "/upload/e/s/2"], (await ListAsync(core)).Select(file => file.Path).Order(StringComparer.Ordinal));
        Assert.NotNull(await core.Services.Catalogue.FindAsync("other", "/upload/d/1"));
    }

    [Fact]
    public async Task A_directory_that_takes_a_name_of_which_the_catalogue_still_has_files_takes_their_place()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        var journal = core.Journal(Customer);
        await Do(journal, FileOperation.Upload, "/upload/a/x", size: 1);
        await Do(journal, FileOperation.Upload, "/upload/b/x", size: 2);

        // Another session has moved b away, and its row comes behind this one.
        await Do(journal, FileOperation.Rename, "/upload/a", target: "/upload/b");
        var file = Assert.Single(await ListAsync(core));
        Assert.Equal(("/upload/b/x", 1), (file.Path, file.Size));
        Assert.Equal(GoneHow.Replaced, (await ListAsync(core, withGone: true)).Single(static gone => gone.Size == 2).GoneHow);
    }

    [Fact]
    public async Task What_is_removed_is_gone_and_what_failed_changes_nothing()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        var journal = core.Journal(Customer);
        await Do(journal, FileOperation.Upload, "/upload/a", size: 1);
        await Do(journal, FileOperation.Upload, "/upload/b", outcome: StoreError.NoSpace);
        await Do(journal, FileOperation.Remove, "/upload/a", outcome: StoreError.PermissionDenied);
        Assert.Equal("/upload/a", Assert.Single(await ListAsync(core, withGone: true)).Path);

        await Do(journal, FileOperation.Remove, "/upload/a");
        Assert.Empty(await ListAsync(core));
        Assert.Equal(GoneHow.Removed, Assert.Single(await ListAsync(core, withGone: true)).GoneHow);
    }

    [Fact]
    public async Task A_vendors_file_lies_in_its_folder_of_the_vault()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        await Do(core.Journal(Actor.Login("10042-acme", "192.0.2.1", "c"), "/vendors/acme"), FileOperation.Upload, "/usage/u.csv");
        Assert.Equal("/vendors/acme/usage/u.csv", Assert.Single((await core.Services.Catalogue.ListAsync("10042", new CatalogueQuery { Below = "/vendors/acme" })).Get().Items).Path);
    }

    [Fact]
    public async Task A_row_that_the_audit_does_not_take_is_no_row_of_the_catalogue_either()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        core.Tamper("CREATE TRIGGER no_more BEFORE INSERT ON file BEGIN SELECT RAISE(ABORT, 'no'); END;");
        Assert.Equal(StoreError.InputOutput, await core.Journal(Customer).RecordAsync(new FileEvent(FileOperation.Upload, VaultPath.Parse("/upload/a"))));
        Assert.Equal(0L, core.Scalar("SELECT count(*) FROM audit WHERE action = 'upload'"));
        Assert.True((await core.Services.Audit.VerifyAsync()).Intact);
    }

    [Fact]
    public async Task A_long_list_comes_in_pages()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        var journal = core.Journal(Customer);
        for (var i = 0; i < 5; i++)
        {
            await Do(journal, FileOperation.Upload, $"/upload/{i}");
        }

        List<string> paths = [];
        string? after = null;
        do
        {
            var page = (await core.Services.Catalogue.ListAsync("10042", new CatalogueQuery { Size = 2, After = after })).Get();
            Assert.InRange(page.Items.Count, 1, 2);
            paths.AddRange(page.Items.Select(file => file.Path));
            after = page.Next;
        }
        while (after is not null);

        Assert.Equal(["/upload/0", "/upload/1", "/upload/2", "/upload/3", "/upload/4"], paths);
        (await core.Services.Catalogue.ListAsync("nobody", new CatalogueQuery())).Problem(ProblemKind.NotFound);
    }

    private static async Task<IReadOnlyList<CatalogueFile>> ListAsync(TestCore core, bool withGone = false) =>
        (await core.Services.Catalogue.ListAsync("10042", new CatalogueQuery { WithGone = withGone })).Get().Items;

    private static async Task Do(
        FileJournal journal, FileOperation operation, string path, long size = 0, long bytes = 0, long? expected = null, string? target = null, StoreError outcome = StoreError.None) =>
        Assert.Equal(StoreError.None, await journal.RecordAsync(new FileEvent(
            operation, VaultPath.Parse(path), target is null ? null : VaultPath.Parse(target), bytes, size, expected, outcome)));
}
