using Waybill.Portal.Hosting;

namespace Waybill.Portal.Api;

/// <summary>Where files lie while they are sent, and how many bodies of them are taken at once.</summary>
internal sealed class UploadRoom(PortalOptions options) : Turns(PortalLimits.ApiUploads)
{
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
