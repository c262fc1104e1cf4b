using Waybill.Storage.Local;
using static Waybill.Storage.Tests.Local.StoreCalls;

namespace Waybill.Storage.Tests.Local;

public sealed class NameTests
{
    [Fact]
    public async Task The_server_keeps_what_it_needs_of_the_permissions_that_a_client_sets()
    {
        await using var folder = new VaultFolder();
        Assert.Equal(StoreError.None, await folder.Store.MakeDirectoryAsync(P("/locked"), 0));
        Assert.Equal(Convert.ToInt32("700", 8), (await folder.Store.StatAsync("/locked")).Permissions);
        await folder.Store.PutAsync("/locked/a", "x");
        foreach (var (path, asked, given) in ((string, string, string)[])[("/locked/a", "0", "400"), ("/locked/a", "222", "622"), ("/locked/a", "444", "444"), ("/locked", "555", "755")])
        {
            Assert.Equal(StoreError.None, await folder.Store.SetAttributesAsync(P(path), new AttributeChanges(Permissions: Convert.ToInt32(asked, 8)), followLink: true));
            Assert.Equal(Convert.ToInt32(given, 8), (await folder.Store.StatAsync(path)).Permissions);
        }

        await using var file = await folder.Store.OpenedAsync("/b", NewContent, permissions: 0);
        Assert.Equal(Convert.ToInt32("400", 8), (await file.GetAttributesAsync()).Value.Permissions);
    }

    [Fact]
    public async Task Rename_without_replace_fails_on_an_existing_target_and_leaves_both()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "a");
        await folder.Store.PutAsync("/b", "b");
        Assert.Equal(StoreError.AlreadyExists, await folder.Store.RenameAsync(P("/a"), P("/b"), replace: false));
        Assert.Equal("a", await folder.Store.GetAsync("/a"));
        Assert.Equal("b", await folder.Store.GetAsync("/b"));
        Assert.Equal(StoreError.None, await folder.Store.RenameAsync(P("/a"), P("/c"), replace: false));
        Assert.Equal(["b", "c"], folder.NamesOnDisk());
    }

    [Fact]
    public async Task Rename_with_replace_takes_the_place_of_the_target()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "a");
        await folder.Store.PutAsync("/b", "b");
        Assert.Equal(StoreError.None, await folder.Store.RenameAsync(P("/a"), P("/b"), replace: true));
        Assert.Equal(["b"], folder.NamesOnDisk());
        Assert.Equal("a", await folder.Store.GetAsync("/b"));
    }

    [Fact]
    public async Task Rename_has_an_answer_for_every_odd_pair()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/file", "x");
        Assert.Equal(StoreError.None, await folder.Store.MakeDirectoryAsync(P("/dir")));
        Assert.Equal(StoreError.None, await folder.Store.MakeDirectoryAsync(P("/full")));
        await folder.Store.PutAsync("/full/x", "x");
        foreach (var replace in new[] { false, true })
        {
            Assert.Equal(StoreError.None, await folder.Store.RenameAsync(P("/file"), P("/file"), replace));
            Assert.Equal(StoreError.None, await folder.Store.RenameAsync(P("/dir"), P("/dir"), replace));
            Assert.Equal(StoreError.NotFound, await folder.Store.RenameAsync(P("/none"), P("/none"), replace));
            Assert.Equal(StoreError.NotFound, await folder.Store.RenameAsync(P("/none"), P("/other"), replace));
            Assert.Equal(StoreError.NotFound, await folder.Store.RenameAsync(P("/file"), P("/none/file"), replace));
            Assert.Equal(StoreError.InvalidArgument, await folder.Store.RenameAsync(P("/dir"), P("/dir/below"), replace));
            Assert.Equal(StoreError.PermissionDenied, await folder.Store.RenameAsync(P("/"), P("/x"), replace));
            Assert.Equal(StoreError.PermissionDenied, await folder.Store.RenameAsync(P("/file"), P("/"), replace));
        }

        Assert.Equal(StoreError.IsADirectory, await folder.Store.RenameAsync(P("/file"), P("/dir"), replace: true));
        Assert.Equal(StoreError.NotADirectory, await folder.Store.RenameAsync(P("/dir"), P("/file"), replace: true));
        Assert.Equal(StoreError.DirectoryNotEmpty, await folder.Store.RenameAsync(P("/dir"), P("/full"), replace: true));
        Assert.Equal(StoreError.None, await folder.Store.RenameAsync(P("/full"), P("/dir"), replace: true));
        Assert.Equal(["dir", "file"], folder.NamesOnDisk());
    }

    [Fact]
    public async Task Renames_race_for_one_new_name_and_exactly_one_wins_each_time()
    {
        await using var folder = new VaultFolder();
        var other = folder.OpenStore("/u1");
        for (var round = 0; round < 300; round++)
        {
            await folder.Store.PutAsync("/a", "a");
            await folder.Store.PutAsync("/b", "b");
            using var start = new Barrier(2);
            var first = Task.Run(async () =>
            {
                start.SignalAndWait(TestContext.Current.CancellationToken);
                return await folder.Store.RenameAsync(P("/a"), P("/new"), replace: false);
            });
            var second = Task.Run(async () =>
            {
                start.SignalAndWait(TestContext.Current.CancellationToken);
                return await other.RenameAsync(P("/b"), P("/new"), replace: false);
            });
            var outcomes = await Task.WhenAll(first, second);
            Assert.Single(outcomes, StoreError.None);
            Assert.Single(outcomes, StoreError.AlreadyExists);
            Assert.Equal(outcomes[0] == StoreError.None ? ["b", "new"] : ["a", "new"], folder.NamesOnDisk());
            Assert.Equal(StoreError.None, await folder.Store.RemoveAsync(P("/new")));
        }
    }

    [Fact]
    public async Task Remove_takes_files_and_links_but_no_directories()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/file", "x");
        File.CreateSymbolicLink(folder.OnDisk("link"), "file");
        Assert.Equal(StoreError.None, await folder.Store.MakeDirectoryAsync(P("/dir")));
        Assert.Equal(StoreError.None, await folder.Store.RemoveAsync(P("/link")));
        Assert.Equal(["dir", "file"], folder.NamesOnDisk());
        Assert.Equal(StoreError.None, await folder.Store.RemoveAsync(P("/file")));
        Assert.Equal(StoreError.NotFound, await folder.Store.RemoveAsync(P("/file")));
        Assert.Equal(StoreError.IsADirectory, await folder.Store.RemoveAsync(P("/dir")));
        Assert.Equal(StoreError.IsADirectory, await folder.Store.RemoveAsync(P("/")));
    }

    [Fact]
    public async Task Directories_are_made_once_below_parents_that_exist_with_the_permissions_asked_for()
    {
        await using var folder = new VaultFolder();
        Assert.Equal(StoreError.None, await folder.Store.MakeDirectoryAsync(P("/dir")));
        Assert.Equal(StoreError.AlreadyExists, await folder.Store.MakeDirectoryAsync(P("/dir")));
        Assert.Equal(StoreError.AlreadyExists, await folder.Store.MakeDirectoryAsync(P("/")));
        Assert.Equal(StoreError.NotFound, await folder.Store.MakeDirectoryAsync(P("/none/dir")));
        Assert.Equal(StoreError.None, await folder.Store.MakeDirectoryAsync(P("/private"), Convert.ToInt32("7707", 8)));
        Assert.Equal(Convert.ToInt32("755", 8), (await folder.Store.StatAsync("/dir")).Permissions);
        Assert.Equal(Convert.ToInt32("705", 8), (int)File.GetUnixFileMode(folder.OnDisk("private")));
    }

    [Fact]
    public async Task An_operators_set_group_id_directory_keeps_that_bit_below_and_under_chmod()
    {
        await using var folder = new VaultFolder();
        File.SetUnixFileMode(folder.RootPath, (UnixFileMode)Convert.ToInt32("2755", 8));
        Assert.Equal(StoreError.None, await folder.Store.MakeDirectoryAsync(P("/dir"), Convert.ToInt32("700", 8)));
        Assert.Equal(Convert.ToInt32("2700", 8), (int)File.GetUnixFileMode(folder.OnDisk("dir")));
        await folder.Store.SetAttributesAsync(P("/dir"), new AttributeChanges(Permissions: Convert.ToInt32("5750", 8)), true);
        Assert.Equal(Convert.ToInt32("2750", 8), (int)File.GetUnixFileMode(folder.OnDisk("dir")));
    }

    [Fact]
    public async Task Only_empty_directories_are_removed_and_never_the_root()
    {
        await using var folder = new VaultFolder();
        Assert.Equal(StoreError.None, await folder.Store.MakeDirectoryAsync(P("/dir")));
        await folder.Store.PutAsync("/dir/x", "x");
        Assert.Equal(StoreError.DirectoryNotEmpty, await folder.Store.RemoveDirectoryAsync(P("/dir")));
        Assert.Equal(StoreError.NotADirectory, await folder.Store.RemoveDirectoryAsync(P("/dir/x")));
        Assert.Equal(StoreError.NotFound, await folder.Store.RemoveDirectoryAsync(P("/none")));
        Assert.Equal(StoreError.PermissionDenied, await folder.Store.RemoveDirectoryAsync(P("/")));
        Assert.Equal(StoreError.None, await folder.Store.RemoveAsync(P("/dir/x")));
        Assert.Equal(StoreError.None, await folder.Store.RemoveDirectoryAsync(P("/dir")));
        Assert.Empty(folder.NamesOnDisk());
    }

    [Fact]
    public async Task A_directory_with_only_dead_temporaries_counts_as_empty_but_not_one_where_a_session_uploads()
    {
        await using var folder = new VaultFolder();
        Directory.CreateDirectory(folder.OnDisk("dir"));
        await File.WriteAllTextAsync(folder.OnDisk("dir/.waybill-t-00112233445566778899aabbccddeeff"), "dead", TestContext.Current.CancellationToken);
        var file = await folder.OpenStore("/u1").OpenedAsync("/dir/a", NewContent);
        Assert.Equal(StoreError.DirectoryNotEmpty, await folder.Store.RemoveDirectoryAsync(P("/dir")));
        await file.WriteAsync(0, Bytes("still alive"));
        Assert.Equal(StoreError.None, await file.CommitAsync());
        Assert.Equal("still alive", await folder.Store.GetAsync("/dir/a"));
        Assert.Equal(StoreError.None, await folder.Store.RemoveAsync(P("/dir/a")));
        await File.WriteAllTextAsync(folder.OnDisk("dir/.waybill-t-ffffffffffffffffffffffffffffffff"), "dead", TestContext.Current.CancellationToken);
        Assert.Equal(StoreError.None, await folder.Store.RemoveDirectoryAsync(P("/dir")));
        Assert.Empty(folder.NamesOnDisk());
    }

    [Theory]
    [InlineData("visible")]
    [InlineData(".waybill-q-00112233445566778899aabbccddeeff")]
    [InlineData(".waybill-s-00112233445566778899aabbccddeeff")]
    [InlineData(".waybill-p-l1-a-directory/inside")]
    public async Task A_directory_that_cannot_go_keeps_what_others_left_in_it(string last)
    {
        await using var folder = new VaultFolder();
        Directory.CreateDirectory(Path.GetDirectoryName(folder.OnDisk("dir/" + last))!);
        Directory.CreateDirectory(folder.OnDisk("other"));
        foreach (var name in Enumerable.Range(0, 50).Select(i => $".waybill-p-l1-{i}").Append(last))
        {
            await File.WriteAllTextAsync(folder.OnDisk("dir/" + name), "kept", TestContext.Current.CancellationToken);
        }

        var names = folder.NamesOnDisk("dir");
        Assert.Equal(51, names.Length);
        Assert.Equal(StoreError.DirectoryNotEmpty, await folder.Store.RemoveDirectoryAsync(P("/dir")));
        Assert.Equal(names, folder.NamesOnDisk("dir"));
        Assert.Equal(StoreError.DirectoryNotEmpty, await folder.Store.RenameAsync(P("/other"), P("/dir"), replace: true));
        Assert.Equal(names, folder.NamesOnDisk("dir"));
    }

    [Fact]
    public async Task Partials_that_went_with_their_directory_are_counted_no_more()
    {
        await using var folder = new VaultFolder();
        Directory.CreateDirectory(folder.OnDisk("dir"));
        await CutAsync(folder, "l1", "/dir/a", "half");
        await CutAsync(folder, "l2", "/dir/a", "half");
        Assert.Equal(new PartialUsage(2, 8), folder.Vaults.PartialsBelow(P("/u1")));
        Assert.Equal(StoreError.None, await folder.Store.RemoveDirectoryAsync(P("/dir")));
        Assert.Empty(folder.NamesOnDisk());
        Assert.Equal(default, folder.Vaults.PartialsBelow(P("/u1")));
    }

    [Fact]
    public async Task A_root_that_was_removed_fails_and_works_again_when_it_is_restored()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "a");
        Directory.Delete(folder.RootPath, recursive: true);
        Assert.Equal(StoreError.NotFound, await folder.Store.OpenErrorAsync("/a", NewContent));
        Assert.Equal(StoreError.NotFound, await folder.Store.StatErrorAsync("/a"));
        Directory.CreateDirectory(folder.RootPath);
        await folder.Store.PutAsync("/b", "b");
        Assert.Equal([".", "..", "b"], await folder.Store.ListAsync("/"));
    }

    [Fact]
    public async Task A_store_opens_at_a_vendors_subtree_and_never_through_a_link()
    {
        await using var folder = new VaultFolder();
        Assert.Equal(StoreError.None, folder.Vaults.EnsureDirectory(P("/u1/vendors/acme/usage")));
        Assert.Equal(StoreError.None, folder.Vaults.EnsureDirectory(P("/u1/vendors/acme/usage")));
        var vendor = folder.OpenStore("/u1/vendors/acme");
        await vendor.PutAsync("/usage/../../../usage/u.csv", "usage");
        Assert.Equal("usage", await folder.Store.GetAsync("/vendors/acme/usage/u.csv"));
        Directory.CreateSymbolicLink(folder.OnDisk("vendors/evil"), "/u10");
        Directory.CreateSymbolicLink(folder.OnDisk("vendors/evil2"), "../../u10");
        foreach (var root in new[] { "/u1/vendors/evil", "/u1/vendors/evil2", "/u1/vendors/evil2/sub" })
        {
            Assert.NotEqual(StoreError.None, folder.Vaults.OpenStore(P(root), new VaultFolder.EveryRight()).Error);
            Assert.NotEqual(StoreError.None, folder.Vaults.EnsureDirectory(P(root + "/made")));
        }

        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(folder.VaultsPath, "u10")));
        Assert.Equal(StoreError.NotFound, folder.Vaults.OpenStore(P("/none"), new VaultFolder.EveryRight()).Error);
    }

    [Fact]
    public async Task A_link_or_a_file_in_the_place_of_a_folder_is_refused()
    {
        await using var folder = new VaultFolder();
        Directory.CreateSymbolicLink(folder.OnDisk("upload"), "../u10");
        await folder.Store.PutAsync("/cdr", "a file");
        Assert.Equal(StoreError.TooManyLinks, folder.Vaults.EnsureDirectory(P("/u1/upload")));
        Assert.Equal(StoreError.NotADirectory, folder.Vaults.EnsureDirectory(P("/u1/cdr")));
        Assert.Equal(StoreError.NotADirectory, folder.Vaults.EnsureDirectory(P("/u1/cdr/sub")));
    }

    [Theory]
    [InlineData(FileRights.Read)]
    [InlineData(FileRights.List)]
    [InlineData(FileRights.Delete)]
    [InlineData(FileRights.Overwrite)]
    [InlineData(FileRights.SetAttributes)]
    public async Task A_move_to_another_folder_wins_no_right(FileRights lacking)
    {
        var rules = new VaultFolder.RulesByFolder(("/drop", FileRights.All & ~lacking), ("/own", FileRights.All));
        await using var folder = new VaultFolder(rules: rules);
        Directory.CreateDirectory(folder.OnDisk("drop/sub"));
        Directory.CreateDirectory(folder.OnDisk("own"));
        File.WriteAllText(folder.OnDisk("drop/theirs"), "of somebody else");
        File.WriteAllText(folder.OnDisk("own/mine"), "mine");
        Assert.Equal(StoreError.PermissionDenied, await folder.Store.RenameAsync(P("/drop/theirs"), P("/own/theirs"), replace: false));
        Assert.Equal(StoreError.PermissionDenied, await folder.Store.RenameAsync(P("/drop/sub"), P("/own/sub"), replace: true));
        Assert.Equal(["sub", "theirs"], folder.NamesOnDisk("drop"));

        // Within a folder, and to where there are no more rights, a move goes on as before: an upload under a temporary name ends with one.
        Assert.Equal(StoreError.None, await folder.Store.RenameAsync(P("/drop/theirs"), P("/drop/sub/renamed"), replace: false));
        Assert.Equal(StoreError.None, await folder.Store.RenameAsync(P("/own/mine"), P("/drop/mine"), replace: false));
    }
}
