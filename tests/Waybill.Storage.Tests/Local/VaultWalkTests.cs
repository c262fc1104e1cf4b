namespace Waybill.Storage.Tests.Local;

public sealed class VaultWalkTests
{
    [Fact]
    public async Task A_walk_sees_each_entry_once_with_what_a_look_says_of_it()
    {
        await using var folder = new VaultFolder();
        List<string> expected = [];
        foreach (var directory in Enumerable.Range(0, 300).Select(i => $"/d{i}").Concat(["/d7/e", "/d7/e/f", "/d7/g"]))
        {
            Directory.CreateDirectory(folder.OnDisk(directory));
            File.WriteAllText(folder.OnDisk(directory + "/file"), directory);
            expected.AddRange([directory, directory + "/file"]);
        }

        Directory.CreateSymbolicLink(folder.OnDisk("/d3/link"), folder.Base);
        File.WriteAllText(folder.OnDisk("/d3/.waybill-t-00"), "an upload");
        expected.Add("/d3/link");
        using var vault = folder.Vaults.OpenVault(VaultPath.Parse("/u1")).Value!;
        using var walk = vault.Walk();
        List<string> seen = [];
        while (walk.TryRead(out var entry))
        {
            seen.Add(entry.Path.ToString());
            Assert.Equal(entry, vault.Look(entry.Path).Value);
            Assert.True(entry.Kind != FileKind.File || entry.Size == entry.Path.Parent.Bytes.Length);
        }

        Assert.Equal(expected.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
        Assert.False(walk.IsInterrupted);
        Assert.Equal(FileKind.SymbolicLink, vault.Look(VaultPath.Parse("/d3/link")).Value.Kind);
        Assert.Equal(StoreError.TooManyLinks, vault.Look(VaultPath.Parse("/d3/link/vaults")).Error);
        Assert.Equal(StoreError.NotFound, vault.Look(VaultPath.Parse("/d3/none")).Error);
    }

    [Theory]
    [InlineData("/a/b", "/a", "/a/b", "/a/b/c", "/a/d", "/y", "/z")]
    [InlineData("/a", "/a", "/a/b", "/a/b/c", "/y", "/z")]
    public async Task A_walk_out_of_a_directory_that_was_moved_goes_on_above_it_and_says_so(string moved, params string[] expected)
    {
        await using var folder = new VaultFolder();
        foreach (var path in (string[])["/a/b/c", "/a/d", "/y", "/z"])
        {
            Directory.CreateDirectory(folder.OnDisk(path));
        }

        using var vault = folder.Vaults.OpenVault(VaultPath.Parse("/u1")).Value!;
        using var walk = vault.Walk();
        var seen = new HashSet<string>();
        while (walk.TryRead(out var entry))
        {
            seen.Add(entry.Path.ToString());
            if (entry.Path.ToString() == "/a/b/c")
            {
                Directory.Move(folder.OnDisk(moved), folder.OnDisk("/z/moved"));
            }
        }

        Assert.True(walk.IsInterrupted);
        Assert.Superset(expected.ToHashSet(), seen);
    }

    [Fact]
    public async Task A_stamp_tells_a_file_from_one_that_took_its_name_with_the_same_size_and_time()
    {
        await using var folder = new VaultFolder();
        using var vault = folder.Vaults.OpenVault(VaultPath.Parse("/u1")).Value!;
        var path = VaultPath.Parse("/file");
        File.WriteAllText(folder.OnDisk("/file"), "one");
        var before = vault.Look(path).Value;
        Assert.Equal(before, vault.Look(path).Value);
        File.WriteAllText(folder.OnDisk("/other"), "two");
        File.SetLastWriteTimeUtc(folder.OnDisk("/other"), File.GetLastWriteTimeUtc(folder.OnDisk("/file")));
        File.Move(folder.OnDisk("/other"), folder.OnDisk("/file"), overwrite: true);
        var after = vault.Look(path).Value;
        Assert.Equal((before.Size, before.ModificationTime), (after.Size, after.ModificationTime));
        Assert.NotEqual(before.Stamp, after.Stamp);
    }
}
