using Waybill.TestKit;

namespace Waybill.Interop.Tests;

/// <summary>An ext4 file system of 64 MiB in a file, with a server's data directory on it. Needs root and a loop device, as these tests have them.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Mount => _directory.Combine("mount");

    private string Filler => Path.Combine(Mount, "filler");

    /// <summary>Makes it with more options of mkfs.ext4.</summary>
    public static async Task<SmallDisk> MountAsync(WaybillServer server, params string[] options)
    {
        var disk = new SmallDisk();
        var image = disk._directory.Combine("image");
        using (var file = File.Create(image))
        {
            file.SetLength(64 * 1024 * 1024);
        }

        await WaybillServer.RequireAsync("mkfs.ext4", ["-q", "-F", .. options, image]);
        Directory.CreateDirectory(disk.Mount);
        await WaybillServer.RequireAsync("mount", ["-o", "loop", image, disk.Mount]);
        server.Data = Path.Combine(disk.Mount, "data");
        return disk;
    }

    /// <summary>Takes the rest of it, to the last byte.</summary>
    public void FillUp()
    {
        using var file = new FileStream(Filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var size in (int[])[65536, 4096, 1])
        {
            try
            {
                while (true)
                {
                    file.Write(new byte[size]);
                }
            }
            catch (IOException)
            {
                // Full for pieces of this size.
            }
        }
    }

    /// <summary>Gives back what <see cref="FillUp"/> took.</summary>
    public void MakeRoom() => File.Delete(Filler);

    public async ValueTask DisposeAsync()
    {
        await WaybillServer.RequireAsync("umount", [Mount]);
        _directory.Dispose();
    }
}
