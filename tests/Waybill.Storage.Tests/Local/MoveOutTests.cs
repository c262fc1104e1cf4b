using Waybill.Storage.Local;

namespace Waybill.Storage.Tests.Local;

/// <summary>What is moved out of a vault is in the archive or in the vault, whole, at every moment.</summary>
public sealed class MoveOutTests
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

    private static ValueTask<StoreError> MoveAsync(VaultFolder vault, string source, VaultFolder archive, string target) =>
        vault.Vaults.MoveOutAsync(VaultPath.Parse(source), archive.Vaults, VaultPath.Parse(target));
}
