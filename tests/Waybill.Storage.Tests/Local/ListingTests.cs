using System.Text;
using Waybill.Storage.Local.Native;
using Waybill.TestKit;
using static Waybill.Storage.Tests.Local.StoreCalls;

namespace Waybill.Storage.Tests.Local;

public sealed class ListingTests
{
    [Fact]
    public async Task A_listing_begins_with_the_dots_and_leaves_hidden_names_out()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/b", "x");
        Directory.CreateDirectory(folder.OnDisk("a"));
        await File.WriteAllTextAsync(folder.OnDisk(".waybill-other"), "", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder.OnDisk(".waybil"), "", TestContext.Current.CancellationToken);
        await using var upload = await folder.Store.OpenedAsync("/c", NewContent);
        foreach (var batch in new[] { 1, 2, 3, 100 })
        {
            var names = await folder.Store.ListAsync("/", batch);
            Assert.Equal([".", ".."], names.Take(2));
            Assert.Equal([".waybil", "a", "b"], names.Skip(2).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task The_roots_parent_is_the_root_itself()
    {
        await using var folder = new VaultFolder();
        Directory.SetLastWriteTimeUtc(folder.VaultsPath, DateTime.UnixEpoch.AddSeconds(99));
        Directory.SetLastWriteTimeUtc(folder.RootPath, DateTime.UnixEpoch.AddSeconds(11));
        await using var listing = (await folder.Store.OpenDirectoryAsync(P("/"))).Value!;
        var entries = new DirectoryEntry[10];
        Assert.Equal(2, (await listing.ReadAsync(entries)).Value);
        Assert.All(entries.Take(2), entry => Assert.Equal(11, entry.Attributes.ModificationTime));
        Assert.Equal(0, (await listing.ReadAsync(entries)).Value);
        Assert.Equal(0, (await listing.ReadAsync(entries)).Value);
    }

    [Fact]
    public async Task Entries_carry_their_own_attributes_those_of_a_link_for_a_link()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/file", "12345");
        File.CreateSymbolicLink(folder.OnDisk("link"), "file");
        await using var listing = (await folder.Store.OpenDirectoryAsync(P("/"))).Value!;
        var entries = new DirectoryEntry[10];
        var count = (await listing.ReadAsync(entries)).Value;
        var kinds = entries.Take(count).ToDictionary(entry => Encoding.UTF8.GetString(entry.Name.Span), entry => (entry.Attributes.Kind, entry.Attributes.Size));
        Assert.Equal((FileKind.File, 5L), kinds["file"]);
        Assert.Equal((FileKind.SymbolicLink, 4L), kinds["link"]);
    }

    [Fact]
    public async Task Foreign_names_are_listed_escaped_and_cannot_be_opened()
    {
        await using var folder = new VaultFolder();
        Assert.Equal(0, Kernel.OpenConfigured(Encoding.UTF8.GetBytes(folder.RootPath), OpenFlags.DirectoryPath, out var root));
        Assert.Equal(0, Kernel.OpenName(root, [(byte)'a', 0xE4, (byte)'z', 0xFF], OpenFlags.NewFile, 0x180, out var file));
        file.Dispose();

        Assert.Equal([".", "..", @"a\xe4z\xff"], await folder.Store.ListAsync("/"));
        Assert.Equal(StoreError.NotFound, await folder.Store.OpenErrorAsync(@"/a\xe4z\xff", OpenModes.Read));
        using (root)
        {
            Assert.Equal(0, Kernel.Unlink(root, [(byte)'a', 0xE4, (byte)'z', 0xFF], 0));
        }
    }

    [Fact]
    public async Task Entries_that_vanish_during_the_listing_are_skipped()
    {
        await using var folder = new VaultFolder();
        for (var i = 0; i < 50; i++)
        {
            await folder.Store.PutAsync("/f" + i, "x");
        }

        await using var listing = (await folder.Store.OpenDirectoryAsync(P("/"))).Value!;
        var entries = new DirectoryEntry[5];
        Assert.Equal(5, (await listing.ReadAsync(entries)).Value);
        for (var i = 0; i < 50; i++)
        {
            await folder.Store.RemoveAsync(P("/f" + i));
        }

        Assert.Equal(0, (await listing.ReadAsync(entries)).Value);
    }

    [Fact]
    public async Task Only_directories_are_listed_and_a_closed_listing_answers_bad_handle()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/file", "x");
        Assert.Equal(StoreError.NotADirectory, (await folder.Store.OpenDirectoryAsync(P("/file"))).Error);
        Assert.Equal(StoreError.NotFound, (await folder.Store.OpenDirectoryAsync(P("/none"))).Error);
        var listing = (await folder.Store.OpenDirectoryAsync(P("/"))).Value!;
        await listing.DisposeAsync();
        Assert.Equal(StoreError.BadHandle, (await listing.ReadAsync(new DirectoryEntry[1])).Error);
    }

    private static int Entries(IDirectoryListing listing, DirectoryEntry[] entries)
    {
        var reading = listing.ReadAsync(entries);
        return reading.IsCompletedSuccessfully ? reading.Result.Value : throw new InvalidOperationException("A listing does not wait.");
    }

    [Fact]
    public async Task A_hundred_thousand_entries_are_listed_completely_in_flat_memory()
    {
        const int Count = 100_000;
        await using var folder = new VaultFolder(parent: "/dev/shm");
        Assert.Equal(0, Kernel.OpenConfigured(Encoding.UTF8.GetBytes(folder.RootPath), OpenFlags.DirectoryPath, out var root));
        using (root)
        {
            for (var i = 0; i < Count; i++)
            {
                Assert.Equal(0, Kernel.OpenName(root, Encoding.UTF8.GetBytes($"cdr_20261121_{i:D6}.csv"), OpenFlags.NewFile, 0x180, out var file));
                file.Dispose();
            }
        }

        await using var listing = (await folder.Store.OpenDirectoryAsync(P("/"))).Value!;
        var entries = new DirectoryEntry[100];
        var total = 0;
        var read = 0;
        var allocated = Allocations.InSteadyState(() =>
        {
            for (var i = 0; i < 50; i++)
            {
                read = Entries(listing, entries);
                total += read;
            }
        });
        Assert.NotEqual(0, read);
        while ((read = Entries(listing, entries)) > 0)
        {
            total += read;
        }

        Assert.Equal(Count + 2, total);
        Assert.Equal(0, allocated);
    }
}
