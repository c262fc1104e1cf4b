using System.Text;
using Waybill.Storage.Local;
using static Waybill.Storage.Tests.Local.StoreCalls;

namespace Waybill.Storage.Tests.Local;

public sealed class LinkTests
{
    private static readonly LocalStoreOptions WithLinks = new() { Durability = Durability.Rename, Links = true };

    [Fact]
    public async Task Links_are_refused_unless_they_are_switched_on()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "x");
        Assert.Equal(StoreError.NotSupported, await folder.Store.MakeSymbolicLinkAsync(P("/link"), "a"u8.ToArray()));
        Assert.Equal(StoreError.NotSupported, await folder.Store.MakeHardLinkAsync(P("/a"), P("/link")));
        Assert.Equal(["a"], folder.NamesOnDisk());
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("../dir/../a", "../dir/../a")]
    [InlineData("/a", "../a")]
    [InlineData("/dir/none", "../dir/none")]
    [InlineData("../../../a", "../a")]
    [InlineData("/", "../.")]
    public async Task A_client_gets_back_a_relative_text_that_means_what_it_wrote(string target, string stored)
    {
        await using var folder = new VaultFolder(WithLinks);
        Directory.CreateDirectory(folder.OnDisk("dir"));
        await folder.Store.PutAsync("/a", "content");
        Assert.Equal(StoreError.None, await folder.Store.MakeSymbolicLinkAsync(P("/dir/link"), Encoding.UTF8.GetBytes(target)));
        Assert.Equal(stored, new FileInfo(folder.OnDisk("dir/link")).LinkTarget);
        Assert.Equal(stored, Encoding.UTF8.GetString((await folder.Store.ReadLinkAsync(P("/dir/link"))).Value!));
    }

    [Theory]
    [InlineData("", StoreError.InvalidArgument)]
    [InlineData("a\0b", StoreError.InvalidName)]
    [InlineData(".waybill-t-00", StoreError.InvalidName)]
    public async Task Texts_that_no_path_could_be_are_refused(string target, StoreError expected)
    {
        await using var folder = new VaultFolder(WithLinks);
        Assert.Equal(expected, await folder.Store.MakeSymbolicLinkAsync(P("/link"), Encoding.UTF8.GetBytes(target)));
        Assert.Equal(StoreError.InvalidName, await folder.Store.MakeSymbolicLinkAsync(P("/link"), new byte[] { 0xC0, 0xAF }));
        Assert.Equal(StoreError.NameTooLong, await folder.Store.MakeSymbolicLinkAsync(P("/link"), new byte[5000].Select(_ => (byte)'a').ToArray()));
        Assert.Empty(folder.NamesOnDisk());
    }

    [Fact]
    public async Task An_operators_link_is_shown_as_it_resolves_inside_the_root_and_never_with_a_backend_path()
    {
        await using var folder = new VaultFolder();
        Directory.CreateDirectory(folder.OnDisk("dir"));
        await folder.Store.PutAsync("/dir/a", "x");
        File.CreateSymbolicLink(folder.OnDisk("absolute"), "/dir/a");
        File.CreateSymbolicLink(folder.OnDisk("climbing"), "../../../../dir/a");
        File.CreateSymbolicLink(folder.OnDisk("backend"), folder.OnDisk("dir/a"));
        File.CreateSymbolicLink(folder.OnDisk("sibling"), "../u10");
        File.CreateSymbolicLink(folder.OnDisk("relative"), "dir/./a");
        File.CreateSymbolicLink(folder.OnDisk("loop"), "loop");
        await folder.Store.PutAsync("/plain", "x");
        Assert.Equal("/dir/a", await ReadLinkAsync("/absolute"));
        Assert.Equal("/dir/a", await ReadLinkAsync("/climbing"));
        Assert.Equal("dir/./a", await ReadLinkAsync("/relative"));
        Assert.Equal("loop", await ReadLinkAsync("/loop"));
        Assert.Equal(StoreError.NotFound, (await folder.Store.ReadLinkAsync(P("/backend"))).Error);
        Assert.Equal(StoreError.NotFound, (await folder.Store.ReadLinkAsync(P("/sibling"))).Error);
        Assert.Equal(StoreError.InvalidArgument, (await folder.Store.ReadLinkAsync(P("/plain"))).Error);
        Assert.Equal(StoreError.NotFound, (await folder.Store.ReadLinkAsync(P("/none"))).Error);
        Assert.Equal(StoreError.TooManyLinks, await folder.Store.StatErrorAsync("/loop"));

        async Task<string> ReadLinkAsync(string path) => Encoding.UTF8.GetString((await folder.Store.ReadLinkAsync(P(path))).Value!);
    }

    [Fact]
    public async Task Writing_through_a_link_replaces_its_target_and_keeps_the_link()
    {
        await using var folder = new VaultFolder();
        Directory.CreateDirectory(folder.OnDisk("dir"));
        await folder.Store.PutAsync("/dir/a", "old");
        File.CreateSymbolicLink(folder.OnDisk("link"), "/dir/a");
        Directory.CreateSymbolicLink(folder.OnDisk("folder"), "dir");
        await folder.Store.PutAsync("/link", "new");
        Assert.Equal("new", await folder.Store.GetAsync("/dir/a"));
        Assert.Equal("/dir/a", new FileInfo(folder.OnDisk("link")).LinkTarget);
        await folder.Store.PutAsync("/folder/b", "b");
        Assert.Equal("b", await folder.Store.GetAsync("/dir/b"));
        Assert.Equal(StoreError.None, await folder.Store.RenameAsync(P("/folder/b"), P("/c"), replace: false));
        Assert.Equal(["c", "dir", "folder", "link"], folder.NamesOnDisk());
    }

    [Fact]
    public async Task Hard_links_name_regular_files_that_may_be_read()
    {
        var rules = new VaultFolder.RulesByFolder(("/drop", FileRights.All & ~FileRights.Read), ("/", FileRights.All));
        await using var folder = new VaultFolder(WithLinks, rules);
        Directory.CreateDirectory(folder.OnDisk("drop"));
        Directory.CreateDirectory(folder.OnDisk("dir"));
        await folder.Store.PutAsync("/a", "x");
        await folder.Store.PutAsync("/drop/secret", "x");
        Assert.Equal(StoreError.None, await folder.Store.MakeHardLinkAsync(P("/a"), P("/b")));
        Assert.Equal(2u, (await folder.Store.StatAsync("/b")).LinkCount);
        Assert.Equal(StoreError.AlreadyExists, await folder.Store.MakeHardLinkAsync(P("/a"), P("/b")));
        Assert.Equal(StoreError.IsADirectory, await folder.Store.MakeHardLinkAsync(P("/dir"), P("/c")));
        Assert.Equal(StoreError.NotFound, await folder.Store.MakeHardLinkAsync(P("/none"), P("/c")));
        Assert.Equal(StoreError.PermissionDenied, await folder.Store.MakeHardLinkAsync(P("/drop/secret"), P("/c")));
    }

    [Fact]
    public async Task A_link_does_not_lead_into_a_folder_with_other_rights()
    {
        var rules = new VaultFolder.RulesByFolder(("/secret", FileRights.None), ("/cdr", FileRights.ReadOnly), ("/", FileRights.All));
        await using var folder = new VaultFolder(WithLinks, rules);
        foreach (var name in new[] { "secret", "cdr", "upload" })
        {
            Directory.CreateDirectory(folder.OnDisk(name));
            await File.WriteAllTextAsync(folder.OnDisk(name + "/f"), name, TestContext.Current.CancellationToken);
        }

        Directory.CreateSymbolicLink(folder.OnDisk("upload/s"), "/secret");
        Directory.CreateSymbolicLink(folder.OnDisk("upload/c"), "../cdr");
        File.CreateSymbolicLink(folder.OnDisk("upload/sf"), "/secret/f");
        File.CreateSymbolicLink(folder.OnDisk("upload/cf"), "/cdr/f");
        var store = folder.Store;
        foreach (var path in new[] { "/upload/s/f", "/upload/sf" })
        {
            Assert.Equal(StoreError.PermissionDenied, await store.OpenErrorAsync(path, OpenModes.Read));
            Assert.Equal(StoreError.PermissionDenied, await store.StatErrorAsync(path));
            Assert.Equal(StoreError.PermissionDenied, await store.OpenErrorAsync(path, NewContent));
            Assert.Equal(StoreError.PermissionDenied, (await store.ResolveAsync(P(path))).Error);
        }

        foreach (var path in new[] { "/upload/c/f", "/upload/cf" })
        {
            Assert.Equal("cdr", await store.GetAsync(path));
            Assert.Equal(StoreError.PermissionDenied, await store.OpenErrorAsync(path, NewContent));
            Assert.Equal(StoreError.PermissionDenied, await store.OpenErrorAsync(path, OpenModes.Write));
            Assert.Equal(StoreError.PermissionDenied, await store.SetAttributesAsync(P(path), new AttributeChanges(ModificationTime: 1), true));
            await using var file = await store.OpenedAsync(path, OpenModes.Read);
            Assert.Equal(StoreError.PermissionDenied, await file.SetAttributesAsync(new AttributeChanges(ModificationTime: 1)));
        }

        Assert.Equal(StoreError.PermissionDenied, (await store.OpenDirectoryAsync(P("/upload/s"))).Error);
        Assert.Equal(StoreError.PermissionDenied, await store.OpenErrorAsync("/upload/c/new", NewContent));
        Assert.Equal(StoreError.PermissionDenied, await store.MakeDirectoryAsync(P("/upload/c/new")));
        Assert.Equal(StoreError.PermissionDenied, await store.RemoveAsync(P("/upload/c/f")));
        Assert.Equal(StoreError.PermissionDenied, await store.RemoveDirectoryAsync(P("/upload/c/f")));
        Assert.Equal(StoreError.PermissionDenied, await store.RenameAsync(P("/upload/f"), P("/upload/c/f2"), replace: true));
        Assert.Equal(StoreError.PermissionDenied, await store.RenameAsync(P("/upload/c/f"), P("/upload/f2"), replace: true));
        Assert.Equal(StoreError.PermissionDenied, await store.MakeSymbolicLinkAsync(P("/upload/c/l"), "f"u8.ToArray()));
        Assert.Equal(StoreError.PermissionDenied, await store.MakeHardLinkAsync(P("/upload/f"), P("/upload/c/l")));
        Assert.Equal(["f"], folder.NamesOnDisk("cdr"));
    }

    [Fact]
    public async Task Without_the_overwrite_right_files_are_created_and_never_replaced()
    {
        var rules = new VaultFolder.RulesByFolder(("/", FileRights.All & ~FileRights.Overwrite));
        await using var folder = new VaultFolder(rules: rules);
        await folder.Store.PutAsync("/a", "a");
        await folder.Store.PutAsync("/b", "b");
        Assert.Equal(StoreError.PermissionDenied, await folder.Store.OpenErrorAsync("/a", NewContent));
        Assert.Equal(StoreError.PermissionDenied, await folder.Store.RenameAsync(P("/b"), P("/a"), replace: true));
        Assert.Equal(StoreError.AlreadyExists, await folder.Store.RenameAsync(P("/b"), P("/a"), replace: false));
        var late = await folder.Store.OpenedAsync("/c", NewContent);
        await folder.Store.PutAsync("/c", "first");
        Assert.Equal(StoreError.PermissionDenied, await late.CommitAsync());
        Assert.Equal(("a", "b", "first"), (await folder.Store.GetAsync("/a"), await folder.Store.GetAsync("/b"), await folder.Store.GetAsync("/c")));
    }
}
