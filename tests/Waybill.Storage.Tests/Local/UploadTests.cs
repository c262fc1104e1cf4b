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
}
