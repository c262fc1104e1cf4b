using Waybill.Storage;
using FileAttributes = Waybill.Storage.FileAttributes;

namespace Waybill.WrongStore;

/// <summary>
/// The mistake that the crash test must catch: a temporary file is renamed to its final name when it is opened, and written afterwards. It takes uploads into one
/// flat folder and nothing else.
/// </summary>
internal sealed class RenameFirstStore(string folder) : IFileStore
{
    public ValueTask<StoreResult<IOpenFile>> OpenAsync(VaultPath path, OpenModes modes, int? permissions = null, long? expectedSize = null)
    {
        if (!modes.HasFlag(OpenModes.Write))
        {
            return new(StoreError.NotSupported);
        }

        var temporary = Path.Combine(folder, ".waybill-" + Guid.NewGuid().ToString("n"));
        var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        File.Move(temporary, Path.Combine(folder, path.ToString()[1..]), overwrite: true);
        return new(new StoreResult<IOpenFile>(StoreError.None, new RenamedFile(file)));
    }

    public ValueTask<StoreResult<FileAttributes>> GetAttributesAsync(VaultPath path, bool followLink) => new(
        path.IsRoot ? new FileAttributes(FileKind.Directory, 0x1ED, 0, 0, 0, 0, 0, 1) : StoreError.NotFound);

    public ValueTask<StoreResult<IDirectoryListing>> OpenDirectoryAsync(VaultPath path) => new(StoreError.NotSupported);

    public ValueTask<StoreError> SetAttributesAsync(VaultPath path, AttributeChanges changes, bool followLink) => new(StoreError.NotSupported);

    public ValueTask<StoreError> MakeDirectoryAsync(VaultPath path, int? permissions = null) => new(StoreError.NotSupported);

    public ValueTask<StoreError> RemoveDirectoryAsync(VaultPath path) => new(StoreError.NotSupported);

    public ValueTask<StoreError> RemoveAsync(VaultPath path) => new(StoreError.NotSupported);

    public ValueTask<StoreError> RenameAsync(VaultPath source, VaultPath target, bool replace) => new(StoreError.NotSupported);

    public ValueTask<StoreResult<byte[]>> ReadLinkAsync(VaultPath path) => new(StoreError.NotSupported);

    public ValueTask<StoreError> MakeSymbolicLinkAsync(VaultPath path, ReadOnlyMemory<byte> targetText) => new(StoreError.NotSupported);

    public ValueTask<StoreError> MakeHardLinkAsync(VaultPath existing, VaultPath link) => new(StoreError.NotSupported);

    public ValueTask<StoreResult<VaultPath>> ResolveAsync(VaultPath path) => new(path);

    public ValueTask<StoreResult<FileSystemUsage>> GetUsageAsync(VaultPath path) => new(StoreError.NotSupported);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
