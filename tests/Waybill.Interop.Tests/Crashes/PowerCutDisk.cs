using Waybill.TestKit;

namespace Waybill.Interop.Tests.Crashes;

/// <summary>
/// A disk whose power can be cut: ext4 in an image on btrfs. A reflink copy of the image holds the blocks that had reached the disk at that moment and nothing
/// of what was still in memory; mounting it replays the journal, as the boot after a power cut does.
/// </summary>
internal sealed class PowerCutDisk : IAsyncDisposable
{
    /// <summary>The outer image lies in memory where there is room: its own syncs prove nothing.</summary>
    private const string Memory = "/dev/shm";

    private const long OuterSize = 4L << 30;

    private readonly TemporaryDirectory _directory = new();
    private readonly string _outer;

    public PowerCutDisk() => _outer = Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace > OuterSize
        ? Path.Combine(Memory, Path.GetFileName(_directory.FullName) + ".img")
        : _directory.Combine("pool.img");

    private string Pool => _directory.Combine("pool");

    private string Image => Path.Combine(Pool, "disk.img");

    private string Copy => Path.Combine(Pool, "copy.img");

    /// <summary>Where it is mounted.</summary>
    public string Root => _directory.Combine("disk");

    public async Task CreateAsync()
    {
        Directory.CreateDirectory(Pool);
        Directory.CreateDirectory(Root);
        await RequireAsync("truncate", $"--size={OuterSize}", _outer);
        await RequireAsync("mkfs.btrfs", "--quiet", _outer);
        await RequireAsync("mount", "-o", "loop", _outer, Pool);
        await RequireAsync("truncate", "--size=1G", Image);
        await RequireAsync("mkfs.ext4", "-q", "-F", Image);
        await MountAsync();
    }

    /// <summary>Takes the copy: what is written from now on never reached the disk.</summary>
    public Task CutAsync() => RequireAsync("cp", "--reflink=always", Image, Copy);

    /// <summary>Goes on with what was on the disk at <see cref="CutAsync"/>. Nobody may have a file open.</summary>
    public async Task BootAsync()
    {
        await RequireAsync("umount", Root);
        File.Move(Copy, Image, overwrite: true);
        await MountAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await ExternalProcess.RunAsync("umount", ["--lazy", Root]);
        await ExternalProcess.RunAsync("umount", ["--lazy", Pool]);
        File.Delete(_outer);
        _directory.Dispose();
    }

    private Task<string> MountAsync() => RequireAsync("mount", "-o", "loop", Image, Root);

    private static Task<string> RequireAsync(string program, params string[] arguments) => WaybillServer.RequireAsync(program, arguments);
}
