using Waybill.Portal.Hosting;
using Waybill.Storage.Local;

namespace Waybill.Portal.Files;

/// <summary>Where files lie while they are sent, how many bodies of them are taken at once, and how much of the disk they may take.</summary>
internal sealed class UploadRoom(PortalOptions options) : Turns(PortalLimits.ApiUploads)
{
    private readonly LocalStoreOptions _store = new() { ReserveBytes = options.ReserveBytes };

    /// <summary>What is free of the disk of a folder, and how large it is.</summary>
    internal Func<string, (long Free, long Size)> Disk { get; init; } = static folder =>
    {
        var drive = new DriveInfo(folder);
        return (drive.AvailableFreeSpace, drive.TotalSize);
    };

    /// <summary>
    /// Whether so many bytes find room without what uploads leave free: the database and the audit lie on the same disk. The disk is asked each time; that costs less than the
    /// block that is then written.
    /// </summary>
    public bool HasRoomFor(long bytes)
    {
        if (options.ReserveBytes == 0)
        {
            return true;
        }

        Directory.CreateDirectory(options.UploadFolder);
        var (free, size) = Disk(options.UploadFolder);
        return free - _store.ReserveOn(size) >= bytes;
    }

    /// <summary>A file that has no name any more: it goes with the last one who has it open, also when the program is killed.</summary>
    public FileStream Create()
    {
        // Below a folder that nobody else can enter.
        Directory.CreateDirectory(options.UploadFolder);
        var path = Path.Combine(options.UploadFolder, Path.GetRandomFileName());
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.Delete, BufferSize = 0, Options = FileOptions.Asynchronous,
        });
        File.Delete(path);
        return file;
    }
}
