using Waybill.Storage;
using FileAttributes = Waybill.Storage.FileAttributes;

namespace Waybill.Core.Vaults;

/// <summary>A store in which what is deleted or moved away with the collect right goes to the archive.</summary>
internal sealed class CollectingStore(IFileStore inner, Collecting collecting) : IFileStore
{
    public ValueTask<StoreResult<IOpenFile>> OpenAsync(VaultPath path, OpenModes modes, int? permissions = null, long? expectedSize = null) =>
        inner.OpenAsync(path, modes, permissions, expectedSize);

    public ValueTask<StoreResult<IDirectoryListing>> OpenDirectoryAsync(VaultPath path) => inner.OpenDirectoryAsync(path);

    public ValueTask<StoreResult<FileAttributes>> GetAttributesAsync(VaultPath path, bool followLink) => inner.GetAttributesAsync(path, followLink);

    public ValueTask<StoreError> SetAttributesAsync(VaultPath path, AttributeChanges changes, bool followLink) => inner.SetAttributesAsync(path, changes, followLink);

    public ValueTask<StoreError> MakeDirectoryAsync(VaultPath path, int? permissions = null) => inner.MakeDirectoryAsync(path, permissions);

    public ValueTask<StoreError> RemoveDirectoryAsync(VaultPath path) => inner.RemoveDirectoryAsync(path);

    public ValueTask<StoreError> RemoveAsync(VaultPath path) => collecting.Holds(path) ? collecting.ArchiveAsync(path) : inner.RemoveAsync(path);

    /// <summary>
    /// Wherever a fetched file is moved, it goes to the archive. Nothing is moved to where the provider publishes: a customer's file would look like the provider's.
    /// </summary>
    public ValueTask<StoreError> RenameAsync(VaultPath source, VaultPath target, bool replace) =>
        collecting.Holds(source) ? collecting.ArchiveAsync(source)
        : collecting.Holds(target) ? new(StoreError.PermissionDenied)
        : inner.RenameAsync(source, target, replace);

    public ValueTask<StoreResult<byte[]>> ReadLinkAsync(VaultPath path) => inner.ReadLinkAsync(path);

    public ValueTask<StoreError> MakeSymbolicLinkAsync(VaultPath path, ReadOnlyMemory<byte> targetText) => inner.MakeSymbolicLinkAsync(path, targetText);

    public ValueTask<StoreError> MakeHardLinkAsync(VaultPath existing, VaultPath link) => inner.MakeHardLinkAsync(existing, link);

    public ValueTask<StoreResult<VaultPath>> ResolveAsync(VaultPath path) => inner.ResolveAsync(path);

    public ValueTask<StoreResult<FileSystemUsage>> GetUsageAsync(VaultPath path) => inner.GetUsageAsync(path);

    public string? Explain(StoreError outcome) => inner.Explain(outcome);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
