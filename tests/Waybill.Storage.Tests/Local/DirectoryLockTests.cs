using System.Text;
using Waybill.Storage.Local;

namespace Waybill.Storage.Tests.Local;

/// <summary>Listings and whoever shows a set of files wait for each other, and not for ever.</summary>
public sealed class DirectoryLockTests
{
    private readonly DirectoryEntry[] _entries = new DirectoryEntry[10];

    [Fact]
    public async Task A_listing_waits_until_a_set_is_shown()
    {
        await using var folder = new VaultFolder();
        var staging = (IStagingStore)folder.OpenStore("/u1");
        var shown = await staging.LockAsync(VaultPath.Root);
        await folder.Store.PutAsync("/1.pdf", "x");
        await using var listing = (await folder.Store.OpenDirectoryAsync(VaultPath.Root)).Value!;
        var reading = listing.ReadAsync(_entries);
        Assert.False(reading.IsCompleted);
        await folder.Store.PutAsync("/1.csv", "x");
        shown!.Dispose();
        Assert.Equal([".", "..", "1.csv", "1.pdf"], Names((await reading).Value));
    }

    [Fact]
    public async Task A_listing_does_not_wait_for_ever_for_a_set_that_is_never_shown()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/1.pdf", "x");
        using var shown = await ((IStagingStore)folder.OpenStore("/u1")).LockAsync(VaultPath.Root);
        await using var listing = (await folder.Store.OpenDirectoryAsync(VaultPath.Root)).Value!;
        Assert.Equal([".", "..", "1.pdf"], Names((await listing.ReadAsync(_entries)).Value));
    }

    [Fact]
    public async Task A_listing_that_is_closed_while_it_waits_ends()
    {
        await using var folder = new VaultFolder();
        using var shown = await ((IStagingStore)folder.OpenStore("/u1")).LockAsync(VaultPath.Root);
        var listing = (await folder.Store.OpenDirectoryAsync(VaultPath.Root)).Value!;
        var reading = listing.ReadAsync(_entries);
        Assert.False(reading.IsCompleted);
        await listing.DisposeAsync();
        Assert.Equal(StoreError.BadHandle, (await reading).Error);
    }

    [Fact]
    public async Task A_set_waits_for_a_listing_that_was_begun_and_not_for_ever()
    {
        await using var folder = new VaultFolder();
        for (var i = 0; i < 2 * DirectoryRecord.BufferSize / 64; i++)
        {
            File.Create(folder.OnDisk($"a-name-that-is-longer-than-most-{i:D4}")).Dispose();
        }

        var staging = (IStagingStore)folder.OpenStore("/u1");
        await using (var listing = (await folder.Store.OpenDirectoryAsync(VaultPath.Root)).Value!)
        {
            Assert.Equal(_entries.Length, (await listing.ReadAsync(_entries)).Value);
            var abandoned = staging.LockAsync(VaultPath.Root);
            Assert.False(abandoned.IsCompleted);

            // The client never asks for the rest.
            (await abandoned)!.Dispose();
        }

        var free = staging.LockAsync(VaultPath.Root);
        Assert.True(free.IsCompleted);
        (await free)!.Dispose();
    }

    [Fact]
    public async Task A_listing_that_is_read_to_its_end_keeps_nobody_waiting()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/1.pdf", "x");
        await using var listing = (await folder.Store.OpenDirectoryAsync(VaultPath.Root)).Value!;
        Assert.Equal(3, (await listing.ReadAsync(_entries)).Value);
        var free = ((IStagingStore)folder.OpenStore("/u1")).LockAsync(VaultPath.Root);
        Assert.True(free.IsCompleted);
        (await free)!.Dispose();
    }

    private IEnumerable<string> Names(int count) => _entries.Take(count).Select(static entry => Encoding.UTF8.GetString(entry.Name.Span)).Order(StringComparer.Ordinal);
}
