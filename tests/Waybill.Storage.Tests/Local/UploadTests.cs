using Waybill.Storage.Local;
using static Waybill.Storage.Tests.Local.StoreCalls;

namespace Waybill.Storage.Tests.Local;

public sealed class UploadTests
{
    [Fact]
    public async Task An_upload_is_hidden_until_its_commit_and_then_whole()
    {
        await using var folder = new VaultFolder();
        var file = await folder.Store.OpenedAsync("/a.csv", NewContent);
        Assert.Equal(StoreError.None, await file.WriteAsync(5, Bytes("world")));
        Assert.Equal(StoreError.None, await file.WriteAsync(0, Bytes("hello")));
        Assert.False(File.Exists(folder.OnDisk("a.csv")));
        Assert.Equal([".", ".."], await folder.Store.ListAsync("/"));
        Assert.Equal(StoreError.None, await file.CommitAsync());
        Assert.Equal("helloworld", await File.ReadAllTextAsync(folder.OnDisk("a.csv"), TestContext.Current.CancellationToken));
        Assert.Equal(["a.csv"], folder.NamesOnDisk());
        Assert.Equal([".", "..", "a.csv"], await folder.Store.ListAsync("/"));
    }

    [Fact]
    public async Task The_old_version_stays_readable_and_whole_until_the_commit()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "old version");
        await using var file = await folder.Store.OpenedAsync("/a", NewContent);
        await file.WriteAsync(0, Bytes("new"));
        Assert.Equal("old version", await folder.Store.GetAsync("/a"));
        Assert.Equal("old version", await folder.OpenStore("/u1").GetAsync("/a"));
        await using var reader = await folder.Store.OpenedAsync("/a", OpenModes.Read);
        Assert.Equal(StoreError.None, await file.CommitAsync());
        Assert.Equal("old version", await reader.AllAsync());
        Assert.Equal("new", await folder.Store.GetAsync("/a"));
    }

    [Fact]
    public async Task Disposing_without_a_commit_publishes_nothing_and_leaves_nothing()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "old");
        var file = await folder.Store.OpenedAsync("/a", NewContent);
        await file.WriteAsync(0, Bytes("half"));
        await file.DisposeAsync();
        Assert.Equal(["a"], folder.NamesOnDisk());
        Assert.Equal("old", await folder.Store.GetAsync("/a"));
        Assert.Equal(StoreError.BadHandle, await file.WriteAsync(0, Bytes("x")));
        Assert.Equal(StoreError.BadHandle, await file.CommitAsync());
    }

    [Fact]
    public async Task Stat_shows_the_growing_upload_to_its_session_only()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "old");
        var other = folder.OpenStore("/u1");
        await using var file = await folder.Store.OpenedAsync("/a", NewContent);
        Assert.Equal(0, (await folder.Store.StatAsync("/a")).Size);
        await file.WriteAsync(0, Bytes("12345"));
        Assert.Equal(5, (await folder.Store.StatAsync("/a")).Size);
        Assert.Equal(5, (await file.GetAttributesAsync()).Value.Size);
        Assert.Equal(3, (await other.StatAsync("/a")).Size);
        await using var fresh = await folder.Store.OpenedAsync("/fresh", NewContent);
        await fresh.WriteAsync(0, Bytes("123"));
        Assert.Equal(3, (await folder.Store.StatAsync("/fresh")).Size);
        Assert.Equal("123", await folder.Store.GetAsync("/fresh"));
        Assert.Equal(StoreError.NotFound, await other.StatErrorAsync("/fresh"));
    }

    [Fact]
    public async Task Of_two_sessions_that_upload_to_one_name_the_last_commit_wins_and_nothing_is_mixed()
    {
        await using var folder = new VaultFolder();
        var other = folder.OpenStore("/u1");
        await using var first = await folder.Store.OpenedAsync("/a", NewContent);
        await using var second = await other.OpenedAsync("/a", NewContent);
        await first.WriteAsync(0, Bytes("first first"));
        await second.WriteAsync(0, Bytes("second"));
        Assert.Equal(StoreError.None, await second.CommitAsync());
        Assert.Equal("second", await folder.OpenStore("/u1").GetAsync("/a"));
        Assert.Equal(StoreError.None, await first.CommitAsync());
        Assert.Equal("first first", await other.GetAsync("/a"));
    }

    [Fact]
    public async Task Permissions_and_times_set_during_the_upload_survive_its_commit()
    {
        await using var folder = new VaultFolder();
        var file = await folder.Store.OpenedAsync("/a", NewContent, permissions: 0xFFF);
        await file.WriteAsync(0, Bytes("x"));
        Assert.Equal(Octal("755"), (await folder.Store.StatAsync("/a")).Permissions);
        Assert.Equal(StoreError.None, await file.SetAttributesAsync(new AttributeChanges(Permissions: Octal("6640"))));
        Assert.Equal(StoreError.None, await folder.Store.SetAttributesAsync(P("/a"), new AttributeChanges(AccessTime: 1000, ModificationTime: 2000), true));
        Assert.Equal(StoreError.None, await file.CommitAsync());
        var attributes = await folder.Store.StatAsync("/a");
        Assert.Equal((Octal("640"), 1000, 2000), (attributes.Permissions, attributes.AccessTime, attributes.ModificationTime));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(folder.OnDisk("a")));
    }

    [Fact]
    public async Task A_file_opened_with_mode_0444_stays_writable_through_its_handle_and_can_be_replaced()
    {
        await using var folder = new VaultFolder();
        var file = await folder.Store.OpenedAsync("/a", NewContent, permissions: Octal("444"));
        Assert.Equal(StoreError.None, await file.WriteAsync(0, Bytes("one")));
        Assert.Equal(StoreError.None, await file.WriteAsync(3, Bytes("two")));
        Assert.Equal(StoreError.None, await file.CommitAsync());
        Assert.Equal(Octal("444"), (await folder.Store.StatAsync("/a")).Permissions);
        await folder.Store.PutAsync("/a", "three");
        Assert.Equal("three", await folder.Store.GetAsync("/a"));
        Assert.Equal(Octal("444"), (await folder.Store.StatAsync("/a")).Permissions);
    }

    [Fact]
    public async Task A_new_file_gets_0644_and_what_the_creation_mask_leaves()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "x");
        Assert.Equal(Octal("644"), (await folder.Store.StatAsync("/a")).Permissions);
        var file = await folder.Store.OpenedAsync("/b", NewContent, permissions: Octal("7666"));
        await file.CommitAsync();
        Assert.Equal(Octal("644"), (await folder.Store.StatAsync("/b")).Permissions);
    }

    [Fact]
    public async Task An_exclusive_open_fails_on_a_file_a_directory_and_a_dangling_link()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/file", "x");
        Directory.CreateDirectory(folder.OnDisk("dir"));
        File.CreateSymbolicLink(folder.OnDisk("dangling"), "nowhere");
        foreach (var name in new[] { "/file", "/dir", "/dangling" })
        {
            Assert.Equal(StoreError.AlreadyExists, await folder.Store.OpenErrorAsync(name, NewContent | OpenModes.Exclusive));
        }

        Assert.Equal(StoreError.NotFound, await folder.Store.OpenErrorAsync("/dangling", NewContent));
        Assert.False(File.Exists(folder.OnDisk("nowhere")));
    }

    [Fact]
    public async Task Of_two_exclusive_opens_of_one_name_only_the_first_succeeds_until_it_ends()
    {
        await using var folder = new VaultFolder();
        var other = folder.OpenStore("/u1");
        var file = await folder.Store.OpenedAsync("/lock", NewContent | OpenModes.Exclusive);
        Assert.Equal(StoreError.AlreadyExists, await other.OpenErrorAsync("/lock", NewContent | OpenModes.Exclusive));
        await file.DisposeAsync();
        Assert.Equal(StoreError.None, await other.OpenErrorAsync("/lock", NewContent | OpenModes.Exclusive));
    }

    [Fact]
    public async Task An_exclusive_upload_does_not_replace_a_file_that_appeared_meanwhile()
    {
        await using var folder = new VaultFolder();
        await using var file = await folder.Store.OpenedAsync("/a", NewContent | OpenModes.Exclusive);
        await file.WriteAsync(0, Bytes("mine"));
        await folder.OpenStore("/u1").PutAsync("/a", "theirs");
        Assert.Equal(StoreError.AlreadyExists, await file.CommitAsync());
        Assert.Equal("theirs", await folder.OpenStore("/u1").GetAsync("/a"));
        Assert.Equal(["a"], folder.NamesOnDisk());
    }

    [Fact]
    public async Task Open_tells_missing_files_missing_parents_directories_and_nonsense_apart()
    {
        await using var folder = new VaultFolder();
        Directory.CreateDirectory(folder.OnDisk("dir"));
        await folder.Store.PutAsync("/file", "x");
        Assert.Equal(StoreError.NotFound, await folder.Store.OpenErrorAsync("/none", OpenModes.Read));
        Assert.Equal(StoreError.NotFound, await folder.Store.OpenErrorAsync("/none", OpenModes.Write | OpenModes.Truncate));
        Assert.Equal(StoreError.NotFound, await folder.Store.OpenErrorAsync("/none/file", NewContent));
        Assert.Equal(StoreError.NotADirectory, await folder.Store.OpenErrorAsync("/file/x", NewContent));
        Assert.Equal(StoreError.NotADirectory, await folder.Store.OpenErrorAsync("/file/x", OpenModes.Read));
        Assert.Equal(StoreError.IsADirectory, await folder.Store.OpenErrorAsync("/dir", OpenModes.Read));
        Assert.Equal(StoreError.IsADirectory, await folder.Store.OpenErrorAsync("/dir", NewContent));
        Assert.Equal(StoreError.IsADirectory, await folder.Store.OpenErrorAsync("/", OpenModes.Read));
        Assert.Equal(StoreError.IsADirectory, await folder.Store.OpenErrorAsync("/", NewContent));
        Assert.Equal(StoreError.InvalidArgument, await folder.Store.OpenErrorAsync("/file", OpenModes.Create));
    }

    [Fact]
    public async Task A_session_opens_no_more_uploads_than_its_limit()
    {
        await using var folder = new VaultFolder(new LocalStoreOptions { Durability = Durability.Rename, MaximumUploads = 3 });
        var files = new List<IOpenFile>();
        for (var i = 0; i < 3; i++)
        {
            files.Add(await folder.Store.OpenedAsync("/f" + i, NewContent));
        }

        Assert.Equal(StoreError.TooManyOpenFiles, await folder.Store.OpenErrorAsync("/f3", NewContent));
        await files[0].DisposeAsync();
        Assert.Equal(StoreError.None, await folder.Store.OpenErrorAsync("/f3", NewContent));
    }

    [Fact]
    public async Task All_sessions_of_a_root_together_open_no_more_files_than_its_limit_and_get_each_place_back()
    {
        await using var folder = new VaultFolder(new LocalStoreOptions { Durability = Durability.Rename, MaximumOpenFiles = 3 });
        await folder.Store.PutAsync("/f", "content");
        for (var round = 0; round < 3; round++)
        {
            var second = folder.OpenStore("/u1");
            var reading = await folder.Store.OpenedAsync("/f", OpenModes.Read);
            var writing = await second.OpenedAsync("/new", NewContent);
            var listing = (await second.OpenDirectoryAsync(P("/"))).Value!;
            Assert.Equal(StoreError.TooManyOpenFiles, await folder.Store.OpenErrorAsync("/f", OpenModes.Read));
            Assert.Equal(StoreError.TooManyOpenFiles, await second.OpenErrorAsync("/other", NewContent));
            Assert.Equal(StoreError.TooManyOpenFiles, (await folder.Store.OpenDirectoryAsync(P("/"))).Error);

            // Another vault has its own.
            await folder.OpenStore("/u10").PutAsync("/f", "content");
            await reading.CommitAsync();
            await reading.DisposeAsync();
            await writing.DisposeAsync();
            await listing.DisposeAsync();
            await folder.Store.PutAsync("/f", "content");
        }
    }

    [Fact]
    public async Task A_disposed_store_abandons_what_was_not_committed()
    {
        await using var folder = new VaultFolder();
        var session = folder.OpenStore("/u1");
        var file = await session.OpenedAsync("/a", NewContent);
        await file.WriteAsync(0, Bytes("half"));
        await session.DisposeAsync();
        Assert.Empty(folder.NamesOnDisk());
        Assert.Equal(StoreError.BadHandle, await file.CommitAsync());
    }

    [Fact]
    public async Task Removing_and_renaming_a_file_that_is_being_replaced_act_on_the_visible_one()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "old");
        await using var file = await folder.Store.OpenedAsync("/a", NewContent);
        await file.WriteAsync(0, Bytes("new"));
        Assert.Equal(StoreError.None, await folder.Store.RenameAsync(P("/a"), P("/b"), replace: false));
        Assert.Equal("old", await folder.Store.GetAsync("/b"));
        Assert.Equal(StoreError.None, await file.CommitAsync());
        Assert.Equal("new", await folder.Store.GetAsync("/a"));
        Assert.Equal("old", await folder.Store.GetAsync("/b"));
    }

    [Fact]
    public async Task An_upload_that_nobody_sees_yet_can_be_renamed_and_removed_by_its_session()
    {
        await using var folder = new VaultFolder();
        Directory.CreateDirectory(folder.OnDisk("dir"));
        await folder.Store.PutAsync("/taken", "taken");
        var file = await folder.Store.OpenedAsync("/a.tmp", NewContent);
        await file.WriteAsync(0, Bytes("content"));
        Assert.Equal(StoreError.AlreadyExists, await folder.Store.RenameAsync(P("/a.tmp"), P("/taken"), replace: false));
        Assert.Equal(StoreError.None, await folder.Store.RenameAsync(P("/a.tmp"), P("/dir/a"), replace: false));
        Assert.Equal(7, (await folder.Store.StatAsync("/dir/a")).Size);
        Assert.Equal(StoreError.NotFound, await folder.Store.StatErrorAsync("/a.tmp"));
        Assert.Equal(StoreError.None, await folder.Store.RenameAsync(P("/dir/a"), P("/dir/b"), replace: false));
        Assert.Equal(StoreError.None, await file.CommitAsync());
        Assert.Equal("content", await folder.Store.GetAsync("/dir/b"));
        Assert.Equal(["dir", "taken"], folder.NamesOnDisk());

        var removed = await folder.Store.OpenedAsync("/gone", NewContent);
        await removed.WriteAsync(0, Bytes("x"));
        Assert.Equal(StoreError.None, await folder.Store.RemoveAsync(P("/gone")));
        Assert.Equal(StoreError.None, await removed.CommitAsync());
        Assert.Equal(StoreError.NotFound, await folder.Store.StatErrorAsync("/gone"));
        Assert.Equal(["dir", "taken"], folder.NamesOnDisk());
    }

    [Fact]
    public async Task A_write_only_handle_cannot_be_read_and_a_read_only_one_not_written()
    {
        await using var folder = new VaultFolder();
        await using var file = await folder.Store.OpenedAsync("/a", NewContent);
        Assert.Equal(StoreError.BadHandle, (await file.ReadAsync(0, new byte[1])).Error);
        await folder.Store.PutAsync("/b", "x");
        await using var reader = await folder.Store.OpenedAsync("/b", OpenModes.Read);
        Assert.Equal(StoreError.BadHandle, await reader.WriteAsync(0, Bytes("x")));
        Assert.Equal(StoreError.BadHandle, await reader.SetAttributesAsync(new AttributeChanges(Size: 0)));
        Assert.Equal(StoreError.None, await reader.CommitAsync());
        Assert.Equal(StoreError.BadHandle, (await reader.ReadAsync(0, new byte[1])).Error);
    }

    private static int Octal(string digits) => Convert.ToInt32(digits, 8);
}
