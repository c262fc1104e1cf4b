using Waybill.Storage.Local;
using Waybill.Storage.Local.Native;
using static Waybill.Storage.Tests.Local.StoreCalls;

namespace Waybill.Storage.Tests.Local;

/// <summary>Uploads end before the disk does: the database lies on it too.</summary>
public sealed class DiskReserveTests
{
    private const long MiB = 1024 * 1024;

    [Fact]
    public async Task Uploads_are_refused_before_the_disk_is_full_and_taken_again_when_there_is_room()
    {
        var disk = new Disk { Free = 100 * MiB, All = 10_000 * MiB };
        await using var folder = new VaultFolder(new LocalStoreOptions { Calls = disk, Durability = Durability.Rename, ReserveBytes = 64 * MiB });
        var usage = (await folder.Store.GetUsageAsync(VaultPath.Root)).Value;
        Assert.False(usage.ByQuota);

        var file = await folder.Store.OpenedAsync("/a", NewContent);
        var written = 0L;
        StoreError error;
        while ((error = await file.WriteAsync(written, new(new byte[MiB]))) == StoreError.None)
        {
            written += MiB;
            disk.Free -= MiB;
        }

        Assert.Equal(StoreError.NoSpace, error);
        Assert.Equal(36 * MiB, written);
        Assert.Equal(StoreError.NoSpace, await file.CommitAsync());
        Assert.Equal([".", ".."], await folder.Store.ListAsync("/"));

        // What needs no room goes on.
        await folder.Store.PutAsync("/empty", "");
        disk.Free = 64 * MiB;
        await using var small = await folder.Store.OpenedAsync("/small", NewContent);
        Assert.Equal(StoreError.NoSpace, await small.WriteAsync(0, Bytes("x")));
        disk.Free = 100 * MiB;
        await folder.Store.PutAsync("/small", "x");
    }

    [Fact]
    public async Task A_small_disk_is_not_all_reserve()
    {
        var disk = new Disk { Free = 40 * MiB, All = 40 * MiB };
        await using var folder = new VaultFolder(new LocalStoreOptions { Calls = disk, Durability = Durability.Rename, ReserveBytes = 64 * MiB });
        await using var file = await folder.Store.OpenedAsync("/a", NewContent);
        for (var written = 0L; written < 38 * MiB; written += MiB)
        {
            Assert.Equal(StoreError.None, await file.WriteAsync(written, new(new byte[MiB])));
            disk.Free -= MiB;
        }

        Assert.Equal(StoreError.NoSpace, await file.WriteAsync(38 * MiB, new(new byte[MiB])));
    }

    [Fact]
    public async Task Many_uploads_at_once_come_no_nearer_than_what_is_on_its_way()
    {
        var disk = new Disk { Free = 200 * MiB, All = 10_000 * MiB };
        await using var folder = new VaultFolder(new LocalStoreOptions { Calls = disk, Durability = Durability.Rename, ReserveBytes = 64 * MiB });
        var files = new List<IOpenFile>();
        for (var number = 0; number < 20; number++)
        {
            files.Add(await folder.Store.OpenedAsync($"/{number}", NewContent));
        }

        var block = new byte[MiB / 4];
        for (var round = 0; round < 100; round++)
        {
            foreach (var file in files)
            {
                disk.Free -= await file.WriteAsync(round * block.Length, new(block)) == StoreError.None ? block.Length : 0;
            }
        }

        Assert.InRange(disk.Free, 64 * MiB, 66 * MiB);
        foreach (var file in files)
        {
            await file.DisposeAsync();
        }
    }

    [Fact]
    public async Task Without_a_reserve_the_disk_is_never_asked()
    {
        var disk = new Disk();
        await using var folder = new VaultFolder(new LocalStoreOptions { Calls = disk, Durability = Durability.Rename, ReserveBytes = 0 });
        await folder.Store.PutAsync("/a", "x");
        Assert.Equal(0, disk.Asked);
    }

    // A disk that is as full as the test says.
    private sealed class Disk : UploadCalls
    {
        private const ulong Block = 4096;

        public long Free { get; set; }

        public long All { get; set; }

        public int Asked { get; private set; }

        public override int GetUsage(FileDescriptor file, out StatVfs usage)
        {
            Asked++;
            usage = new StatVfs { FragmentSize = Block, Blocks = (ulong)All / Block, AvailableBlocks = (ulong)Free / Block };
            return Errno.None;
        }
    }
}
