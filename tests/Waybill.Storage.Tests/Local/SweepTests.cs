using static Waybill.Storage.Tests.Local.StoreCalls;

namespace Waybill.Storage.Tests.Local;

public sealed class SweepTests
{
    private const string Dead = ".waybill-t-00112233445566778899aabbccddeeff";

    [Fact]
    public async Task The_sweep_removes_what_a_crash_left_and_nothing_that_is_in_use_or_not_its_own()
    {
        await using var folder = new VaultFolder();
        var wide = Enumerable.Range(0, 300).Select(i => $"d{i}/e");
        foreach (var directory in wide.Append("").Append("d7/e/f/g/h"))
        {
            Directory.CreateDirectory(folder.OnDisk(directory));
            await File.WriteAllTextAsync(folder.OnDisk(directory + "/" + Dead), "dead", TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(folder.OnDisk(directory + "/kept"), "kept", TestContext.Current.CancellationToken);
        }

        await File.WriteAllTextAsync(folder.OnDisk(".waybill-q-00"), "quarantined", TestContext.Current.CancellationToken);
        var outside = Directory.CreateDirectory(Path.Combine(folder.Base, "outside")).FullName;
        await File.WriteAllTextAsync(Path.Combine(outside, Dead), "not ours", TestContext.Current.CancellationToken);
        Directory.CreateSymbolicLink(folder.OnDisk("d3/link"), outside);
        var upload = await folder.Store.OpenedAsync("/d5/upload", NewContent);
        await upload.WriteAsync(0, Bytes("alive"));

        Assert.Equal(302, folder.Vaults.SweepTemporaries(TestContext.Current.CancellationToken));
        Assert.Equal(0, folder.Vaults.SweepTemporaries(TestContext.Current.CancellationToken));
        Assert.Equal(StoreError.None, await upload.CommitAsync());
        Assert.Equal("alive", await folder.Store.GetAsync("/d5/upload"));
        Assert.True(File.Exists(folder.OnDisk(".waybill-q-00")));
        Assert.True(File.Exists(Path.Combine(outside, Dead)));
        Assert.Equal(302, Directory.GetFiles(folder.RootPath, "kept", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public async Task The_sweep_walks_a_tree_deeper_than_any_path_with_few_descriptors()
    {
        const int Depth = 2100;
        await using var folder = new VaultFolder();

        // No single path reaches this deep: the tree is built from its bottom, by moving what there is below a new directory.
        Directory.CreateDirectory(folder.OnDisk("tree"));
        await File.WriteAllTextAsync(folder.OnDisk("tree/" + Dead), "dead", TestContext.Current.CancellationToken);
        for (var level = 0; level < Depth; level++)
        {
            Directory.CreateDirectory(folder.OnDisk("above"));
            Directory.Move(folder.OnDisk("tree"), folder.OnDisk("above/n"));
            Directory.Move(folder.OnDisk("above"), folder.OnDisk("tree"));
        }

        Assert.Equal(1, folder.Vaults.SweepTemporaries(TestContext.Current.CancellationToken));

        for (var level = 0; level < Depth; level++)
        {
            Directory.Move(folder.OnDisk("tree/n"), folder.OnDisk("below"));
            Directory.Delete(folder.OnDisk("tree"));
            Directory.Move(folder.OnDisk("below"), folder.OnDisk("tree"));
        }

        Assert.Empty(folder.NamesOnDisk("tree"));
    }
}
