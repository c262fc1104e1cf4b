using Waybill.Storage.Local;
using static Waybill.Storage.Tests.Local.StoreCalls;

namespace Waybill.Storage.Tests.Local;

/// <summary>An upload whose directory is renamed while it runs says where it has come to lie.</summary>
public sealed class UploadPlaceTests
{
    [Theory]
    [InlineData(false, "/a/b", "/a/c", "/a/c/x")]
    [InlineData(false, "/a", "/c", "/c/b/x")]
    [InlineData(false, "/a/b", "/b", "/b/x")]
    [InlineData(true, "/a/b", "/a/b2", "/a/b2/x")]
    [InlineData(true, "/a", "/a2", "/a2/b/x")]
    public async Task It_is_where_its_directory_is(bool replaces, string from, string to, string place)
    {
        await using var folder = new VaultFolder();
        Directory.CreateDirectory(folder.OnDisk("/a/b"));
        if (replaces)
        {
            await folder.Store.PutAsync("/a/b/x", "old");
        }

        await using var file = await folder.OpenStore("/u1").OpenedAsync("/a/b/x", NewContent);
        await file.WriteAsync(0, Bytes("new"));
        Assert.Equal(StoreError.None, await folder.Store.RenameAsync(P(from), P(to), replace: false));
        Assert.Null(file.RenamedTo);
        Assert.Equal(StoreError.None, await file.CommitKeepingOldAsync());
        await file.SettleAsync(recorded: true);
        Assert.Equal(P(place), file.RenamedTo);
        Assert.Equal("new", await folder.Store.GetAsync(place));
    }

    [Fact]
    public async Task One_that_lies_where_it_was_opened_says_nothing_whatever_led_there_or_is_called_above()
    {
        await using var folder = new VaultFolder();
        Directory.CreateDirectory(folder.OnDisk("/a"));
        File.CreateSymbolicLink(folder.OnDisk("/link"), "a");
        foreach (var path in (string[])["/x", "/a/x", "/link/y", "/a/x"])
        {
            await using var file = await folder.Store.OpenedAsync(path, NewContent);
            Assert.Equal(StoreError.None, await file.CommitAsync());
            Assert.Null(file.RenamedTo);
        }

        // The whole vault has another name: nothing of that is seen in it.
        await using var late = await folder.Store.OpenedAsync("/a/z", NewContent);
        Directory.Move(folder.RootPath, folder.RootPath + "-moved");
        Assert.Equal(StoreError.None, await late.CommitAsync());
        Assert.Null(late.RenamedTo);
        Directory.Move(folder.RootPath + "-moved", folder.RootPath);
    }

    [Fact]
    public async Task What_somebody_moved_out_of_the_sessions_sight_has_no_place_there()
    {
        await using var folder = new VaultFolder();
        Directory.CreateDirectory(folder.OnDisk("/v/a"));
        Directory.CreateDirectory(folder.OnDisk("/v2"));
        await using var file = await folder.OpenStore("/u1/v").OpenedAsync("/a/x", NewContent);
        Assert.Equal(StoreError.None, await folder.Store.RenameAsync(P("/v/a"), P("/v2/a"), replace: false));
        Assert.Equal(StoreError.None, await file.CommitAsync());
        Assert.Null(file.RenamedTo);
        Assert.Equal("", await folder.Store.GetAsync("/v2/a/x"));
    }

    [Fact]
    public async Task What_is_kept_of_one_that_was_cut_off_is_where_its_directory_is()
    {
        await using var folder = new VaultFolder();
        Directory.CreateDirectory(folder.OnDisk("/a"));
        var file = await folder.OpenStore("/u1", owner: "l1").OpenedAsync("/a/x", NewContent);
        await file.WriteAsync(0, Bytes("half"));
        Assert.Equal(StoreError.None, await folder.Store.RenameAsync(P("/a"), P("/b"), replace: false));
        await file.DisposeAsync();
        Assert.Equal(P("/b/x"), file.RenamedTo);
        Assert.Equal(4, (await folder.OpenStore("/u1", owner: "l1").StatAsync("/b/x")).Size);
    }

    [Fact]
    public async Task One_that_its_own_client_renamed_is_found_behind_the_rename_of_its_new_directory_too()
    {
        await using var folder = new VaultFolder();
        Directory.CreateDirectory(folder.OnDisk("/a"));
        await using var file = await folder.Store.OpenedAsync("/x", NewContent);
        Assert.Equal(StoreError.None, await folder.Store.RenameAsync(P("/x"), P("/a/y"), replace: false));
        Assert.Equal(StoreError.None, await folder.OpenStore("/u1").RenameAsync(P("/a"), P("/b"), replace: false));
        Assert.Equal(StoreError.None, await file.CommitAsync());
        Assert.Equal(P("/b/y"), file.RenamedTo);
    }
}
