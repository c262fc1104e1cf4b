using Waybill.Storage.Local;
using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Tests.Local;

/// <summary>What is moved out of a vault is in the archive or in the vault, whole, at every moment.</summary>
public sealed class MoveTests
{
    // Another file system than /tmp, so that a rename cannot do it.
    private const string Elsewhere = "/dev/shm";

    [Theory]
    [InlineData(null)]
    [InlineData(Elsewhere)]
    public async Task A_file_moves_with_content_time_and_mode(string? parent)
    {
        await using var vault = new VaultFolder(new LocalStoreOptions());
        await using var archive = new VaultFolder(new LocalStoreOptions(), parent: parent);
        Directory.CreateDirectory(vault.OnDisk("cdr"));
        await File.WriteAllTextAsync(vault.OnDisk("cdr/a.csv"), "content");
        File.SetLastWriteTimeUtc(vault.OnDisk("cdr/a.csv"), new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        File.SetUnixFileMode(vault.OnDisk("cdr/a.csv"), UnixFileMode.UserRead | UnixFileMode.GroupRead);

        Assert.Equal(StoreError.None, await MoveAsync(vault, "/u1/cdr/a.csv", archive, "/u1/2026-01/cdr/a.csv"));
        Assert.Empty(vault.NamesOnDisk("cdr"));
        Assert.Equal(["a.csv"], archive.NamesOnDisk("2026-01/cdr"));
        var moved = archive.OnDisk("2026-01/cdr/a.csv");
        Assert.Equal("content", await File.ReadAllTextAsync(moved));
        Assert.Equal(new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc), File.GetLastWriteTimeUtc(moved));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.GroupRead, File.GetUnixFileMode(moved));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(Elsewhere)]
    public async Task Nothing_is_replaced_and_nothing_is_left_behind(string? parent)
    {
        await using var vault = new VaultFolder();
        await using var archive = new VaultFolder(parent: parent);
        await File.WriteAllTextAsync(vault.OnDisk("a"), "new");
        await File.WriteAllTextAsync(archive.OnDisk("a"), "old");
        Assert.Equal(StoreError.AlreadyExists, await MoveAsync(vault, "/u1/a", archive, "/u1/a"));
        Assert.Equal(["a"], vault.NamesOnDisk());
        Assert.Equal(["a"], archive.NamesOnDisk());
        Assert.Equal("old", await File.ReadAllTextAsync(archive.OnDisk("a")));
    }

    [Fact]
    public async Task Neither_links_nor_directories_are_moved_and_no_link_is_followed()
    {
        await using var vault = new VaultFolder();
        await using var archive = new VaultFolder();
        await using var outside = new VaultFolder();
        await File.WriteAllTextAsync(outside.OnDisk("secret"), "secret");
        Directory.CreateDirectory(vault.OnDisk("d"));
        File.CreateSymbolicLink(vault.OnDisk("link"), outside.OnDisk("secret"));
        Directory.CreateSymbolicLink(vault.OnDisk("way"), outside.RootPath);
        Directory.CreateSymbolicLink(archive.OnDisk("way"), outside.RootPath);
        await File.WriteAllTextAsync(vault.OnDisk("a"), "a");

        Assert.Equal(StoreError.IsADirectory, await MoveAsync(vault, "/u1/d", archive, "/u1/d"));
        Assert.Equal(StoreError.NotARegularFile, await MoveAsync(vault, "/u1/link", archive, "/u1/link"));
        Assert.Equal(StoreError.TooManyLinks, await MoveAsync(vault, "/u1/way/secret", archive, "/u1/secret"));
        Assert.Equal(StoreError.TooManyLinks, await MoveAsync(vault, "/u1/a", archive, "/u1/way/a"));
        Assert.Equal(StoreError.NotFound, await MoveAsync(vault, "/u1/nothing", archive, "/u1/nothing"));
        Assert.Equal(["secret"], outside.NamesOnDisk());
        Assert.Equal(["a", "d", "link", "way"], vault.NamesOnDisk());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(Elsewhere)]
    public async Task What_a_cut_left_at_both_places_stays_at_one_and_another_content_at_both(string? parent)
    {
        await using var vault = new VaultFolder();
        await using var archive = new VaultFolder(parent: parent);
        await File.WriteAllTextAsync(vault.OnDisk("a"), "content");
        await File.WriteAllTextAsync(archive.OnDisk("a"), "cOntent");
        Assert.Equal(StoreError.AlreadyExists, await DropAsync());
        Directory.CreateSymbolicLink(archive.OnDisk("link"), "../elsewhere");
        Assert.Equal(StoreError.AlreadyExists, await DropAsync("/u1/link"));
        Assert.Equal(["a"], vault.NamesOnDisk());

        await File.WriteAllTextAsync(archive.OnDisk("a"), "content");
        Assert.Equal(StoreError.None, await DropAsync());
        Assert.Empty(vault.NamesOnDisk());
        Assert.Equal("content", await File.ReadAllTextAsync(archive.OnDisk("a")));
        Assert.Equal(StoreError.NotFound, await DropAsync());

        ValueTask<StoreError> DropAsync(string other = "/u1/a") =>
            vault.Vaults.RemoveIfCopiedAsync(VaultPath.Parse("/u1"), VaultPath.Parse("/a"), archive.Vaults, VaultPath.Parse(other));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(Elsewhere)]
    public async Task Another_file_than_the_one_that_was_seen_stays(string? parent)
    {
        await using var vault = new VaultFolder();
        await using var archive = new VaultFolder(parent: parent);
        await File.WriteAllTextAsync(vault.OnDisk("a"), "old");
        var root = vault.Vaults.OpenVault(VaultPath.Parse("/u1")).Value!;
        using var opened = root;
        var seen = root.Look(VaultPath.Parse("/a")).Value.Stamp;
        await File.WriteAllTextAsync(vault.OnDisk("b"), "new");
        File.Move(vault.OnDisk("b"), vault.OnDisk("a"), overwrite: true);
        Assert.Equal(StoreError.Busy, await MoveSeenAsync(seen));
        Assert.Equal("new", await File.ReadAllTextAsync(vault.OnDisk("a")));
        Assert.Empty(archive.NamesOnDisk());

        Assert.Equal(StoreError.None, await MoveSeenAsync(root.Look(VaultPath.Parse("/a")).Value.Stamp));
        Assert.Equal("new", await File.ReadAllTextAsync(archive.OnDisk("a")));

        ValueTask<StoreError> MoveSeenAsync(FileStamp stamp) =>
            vault.Vaults.MoveAsync(VaultPath.Parse("/u1"), VaultPath.Parse("/a"), archive.Vaults, VaultPath.Parse("/u1"), VaultPath.Parse("/a"), stamp);
    }

    [Fact]
    public async Task A_sweep_leaves_a_copy_that_is_being_made_and_removes_what_a_crash_left_of_one()
    {
        await using var vault = new VaultFolder();
        var calls = new SweepingCalls();
        await using var archive = new VaultFolder(new LocalStoreOptions { Durability = Durability.Rename, Calls = calls }, parent: Elsewhere);
        calls.Vaults = archive.Vaults;
        await File.WriteAllTextAsync(vault.OnDisk("a"), "content");
        await File.WriteAllTextAsync(archive.OnDisk(".waybill-t-00112233445566778899aabbccddeeff"), "what a crash left");
        Assert.Equal(StoreError.None, await MoveAsync(vault, "/u1/a", archive, "/u1/a"));

        Assert.Equal(1, calls.Removed);
        Assert.Equal(["a"], archive.NamesOnDisk());
        Assert.Equal("content", await File.ReadAllTextAsync(archive.OnDisk("a")));
    }

    [Fact]
    public async Task A_copy_that_is_given_up_leaves_the_file_and_nothing_else()
    {
        await using var vault = new VaultFolder();
        await using var archive = new VaultFolder(parent: Elsewhere);
        await using (var large = File.Create(vault.OnDisk("a")))
        {
            large.SetLength(64 * 1024 * 1024);
        }

        using var given = new CancellationTokenSource();
        await given.CancelAsync();
        Assert.Equal(
            StoreError.Abandoned,
            await vault.Vaults.MoveAsync(VaultPath.Root, VaultPath.Parse("/u1/a"), archive.Vaults, VaultPath.Root, VaultPath.Parse("/u1/a"), cancellationToken: given.Token));
        Assert.Equal(["a"], vault.NamesOnDisk());
        Assert.Empty(archive.NamesOnDisk());
    }

    [Fact]
    public async Task A_path_that_is_as_long_as_any_may_be_is_moved_out_of_its_vault_and_back()
    {
        await using var vault = new VaultFolder();
        await using var aside = new VaultFolder();
        var name = "/" + new string('a', 250);
        string Folder(int depth) => string.Concat(Enumerable.Repeat(name, depth));
        var path = Folder(16) + "/" + new string('b', VaultPath.MaximumLength - (16 * name.Length) - 1);
        await using var store = vault.Vaults.OpenStore(VaultPath.Parse("/u1"), AllRights.Instance).Value!;
        for (var depth = 1; depth <= 16; depth++)
        {
            Assert.Equal(StoreError.None, await store.MakeDirectoryAsync(VaultPath.Parse(Folder(depth))));
        }

        await using (var file = (await store.OpenAsync(VaultPath.Parse(path), OpenModes.Write | OpenModes.Create)).Value!)
        {
            Assert.Equal(StoreError.None, await file.CommitAsync());
        }

        Assert.Equal(StoreError.None, await vault.Vaults.MoveAsync(VaultPath.Parse("/u1"), VaultPath.Parse(path), aside.Vaults, VaultPath.Root, VaultPath.Parse("/u1/a")));
        Assert.Equal(["a"], aside.NamesOnDisk());
        Assert.Equal(StoreError.None, await aside.Vaults.MoveAsync(VaultPath.Root, VaultPath.Parse("/u1/a"), vault.Vaults, VaultPath.Parse("/u1"), VaultPath.Parse(path)));

        // What no path of the system can name, only the store can clear away.
        Assert.Equal(StoreError.None, await store.RemoveAsync(VaultPath.Parse(path)));
        for (var depth = 16; depth > 0; depth--)
        {
            Assert.Equal(StoreError.None, await store.RemoveDirectoryAsync(VaultPath.Parse(Folder(depth))));
        }
    }

    private static ValueTask<StoreError> MoveAsync(VaultFolder vault, string source, VaultFolder archive, string target) =>
        vault.Vaults.MoveAsync(VaultPath.Root, VaultPath.Parse(source), archive.Vaults, VaultPath.Root, VaultPath.Parse(target));

    /// <summary>A sweep of the start, in the middle of a copy.</summary>
    private sealed class SweepingCalls : UploadCalls
    {
        public LocalVaults? Vaults { get; set; }

        public int Removed { get; private set; }

        public override int CopyRange(FileDescriptor source, long sourceOffset, FileDescriptor target, long targetOffset, long count, out long copied)
        {
            Removed += Vaults!.SweepTemporaries();
            return base.CopyRange(source, sourceOffset, target, targetOffset, count, out copied);
        }
    }
}
