using System.Diagnostics;
using Waybill.Storage.Local;
using static Waybill.Storage.Tests.Local.StoreCalls;

namespace Waybill.Storage.Tests.Local;

public sealed class AttributeTests
{
    [Fact]
    public async Task Attributes_tell_kind_size_times_and_never_the_real_owner()
    {
        await using var folder = new VaultFolder(new LocalStoreOptions { Durability = Durability.Rename, ShownUserId = 77, ShownGroupId = 78 });
        await folder.Store.PutAsync("/file", "12345");
        Directory.CreateDirectory(folder.OnDisk("dir"));
        File.CreateSymbolicLink(folder.OnDisk("link"), "file");
        File.SetLastWriteTimeUtc(folder.OnDisk("file"), DateTime.UnixEpoch.AddSeconds(1234));
        var file = await folder.Store.StatAsync("/file");
        Assert.Equal((FileKind.File, 5L, 1234L, 77u, 78u, 1u), (file.Kind, file.Size, file.ModificationTime, file.UserId, file.GroupId, file.LinkCount));
        Assert.Equal(FileKind.Directory, (await folder.Store.StatAsync("/dir")).Kind);
        Assert.Equal(FileKind.Directory, (await folder.Store.StatAsync("/")).Kind);
        Assert.Equal(FileKind.SymbolicLink, (await folder.Store.StatAsync("/link", followLink: false)).Kind);
        Assert.Equal(file, await folder.Store.StatAsync("/link"));
        Assert.Equal(StoreError.NotFound, await folder.Store.StatErrorAsync("/none"));
        Assert.Equal(StoreError.NotADirectory, await folder.Store.StatErrorAsync("/file/x"));
    }

    [Fact]
    public async Task Setting_attributes_changes_only_what_was_asked_for()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "12345");
        Assert.Equal(StoreError.None, await folder.Store.SetAttributesAsync(P("/a"), new AttributeChanges(AccessTime: 10, ModificationTime: 20), true));
        Assert.Equal(StoreError.None, await folder.Store.SetAttributesAsync(P("/a"), new AttributeChanges(ModificationTime: 4_300_000_000), true));
        Assert.Equal(StoreError.None, await folder.Store.SetAttributesAsync(P("/a"), new AttributeChanges(Permissions: 0x1C0), true));
        Assert.Equal(StoreError.None, await folder.Store.SetAttributesAsync(P("/a"), default, true));
        var attributes = await folder.Store.StatAsync("/a");
        Assert.Equal((5L, 10L, 4_300_000_000L, 0x1C0), (attributes.Size, attributes.AccessTime, attributes.ModificationTime, attributes.Permissions));
        Assert.Equal(StoreError.NotFound, await folder.Store.SetAttributesAsync(P("/none"), new AttributeChanges(Permissions: 1), true));
    }

    [Fact]
    public async Task A_file_without_any_permission_can_be_given_some_again()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "x");
        File.SetUnixFileMode(folder.OnDisk("a"), UnixFileMode.None);
        Assert.Equal(0, (await folder.Store.StatAsync("/a")).Permissions);
        Assert.Equal(StoreError.None, await folder.Store.SetAttributesAsync(P("/a"), new AttributeChanges(Permissions: 0x180), true));
        Assert.Equal(0x180, (await folder.Store.StatAsync("/a")).Permissions);
    }

    [Fact]
    public async Task A_read_handle_sets_times_and_permissions_and_reading_changes_no_modification_time()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "x");
        await using var file = await folder.Store.OpenedAsync("/a", OpenModes.Read);
        Assert.Equal(StoreError.None, await file.SetAttributesAsync(new AttributeChanges(ModificationTime: 5, Permissions: 0x100)));
        Assert.Equal("x", await file.AllAsync());
        Assert.Equal((5L, 0x100), ((await file.GetAttributesAsync()).Value.ModificationTime, (await file.GetAttributesAsync()).Value.Permissions));
    }

    [Fact]
    public async Task A_link_has_times_of_its_own_and_no_permissions_or_size()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/file", "x");
        File.CreateSymbolicLink(folder.OnDisk("link"), "file");
        Assert.Equal(StoreError.None, await folder.Store.SetAttributesAsync(P("/link"), new AttributeChanges(AccessTime: 7, ModificationTime: 8), followLink: false));
        Assert.Equal(8, (await folder.Store.StatAsync("/link", followLink: false)).ModificationTime);
        Assert.NotEqual(8, (await folder.Store.StatAsync("/file")).ModificationTime);
        Assert.Equal(StoreError.NotSupported, await folder.Store.SetAttributesAsync(P("/link"), new AttributeChanges(Permissions: 0x1FF), followLink: false));
        Assert.Equal(StoreError.NotSupported, await folder.Store.SetAttributesAsync(P("/link"), new AttributeChanges(Size: 0), followLink: false));
        Assert.Equal("x", await folder.Store.GetAsync("/file"));
    }

    [Fact]
    public async Task The_roots_permissions_are_the_operators()
    {
        await using var folder = new VaultFolder();
        Assert.Equal(StoreError.PermissionDenied, await folder.Store.SetAttributesAsync(P("/"), new AttributeChanges(Permissions: 0), true));
        Assert.Equal(StoreError.None, await folder.Store.SetAttributesAsync(P("/"), new AttributeChanges(AccessTime: 1, ModificationTime: 2), true));
    }

    [Fact]
    public async Task Usage_is_that_of_the_file_system()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "x");
        var byPath = await folder.Store.GetUsageAsync(P("/"));
        await using var file = await folder.Store.OpenedAsync("/a", OpenModes.Read);
        var byHandle = await file.GetUsageAsync();
        var drive = new DriveInfo(folder.RootPath);
        foreach (var usage in new[] { byPath.Value, byHandle.Value })
        {
            Assert.Equal((ulong)drive.TotalSize, usage.BlockSize * usage.Blocks);
            Assert.InRange(usage.FreeBlocks, 1ul, usage.Blocks);
            Assert.InRange(usage.FreeFiles, 1ul, usage.Files);
            Assert.Equal(255ul, usage.MaximumNameLength);
        }

        Assert.Equal(StoreError.NotFound, (await folder.Store.GetUsageAsync(P("/none"))).Error);
    }

    [Fact]
    public async Task Resolve_tells_where_links_lead_and_lets_the_last_name_be_missing()
    {
        await using var folder = new VaultFolder();
        Directory.CreateDirectory(folder.OnDisk("real/deep"));
        Directory.CreateSymbolicLink(folder.OnDisk("link"), "/real/deep");
        Assert.Equal(P("/real/deep"), (await folder.Store.ResolveAsync(P("/link"))).Value);
        Assert.Equal(P("/real/deep/new"), (await folder.Store.ResolveAsync(P("/link/new"))).Value);
        Assert.Equal(P("/real/new"), (await folder.Store.ResolveAsync(P("/real/new"))).Value);
        Assert.Equal(P("/"), (await folder.Store.ResolveAsync(P("/"))).Value);
        Assert.Equal(StoreError.NotFound, (await folder.Store.ResolveAsync(P("/none/new"))).Error);
    }

    [Fact]
    public void This_machine_can_confine_paths() => Assert.Null(LocalVaults.CheckKernel());

    [Fact]
    public void A_missing_vaults_directory_is_reported_when_it_is_opened() =>
        Assert.Throws<DirectoryNotFoundException>(() => new LocalVaults("/nonexistent/vaults"));
}
