using Waybill.Storage;
using FileAttributes = Waybill.Storage.FileAttributes;

namespace Waybill.Core.Vaults;

/// <summary>A store that passes everything on to another one, but for what a derived class does itself.</summary>
internal abstract class PassingStore(IFileStore inner) : IFileStore
{
    protected IFileStore Inner => inner;

    public virtual ValueTask<StoreResult<IOpenFile>> OpenAsync(VaultPath path, OpenModes modes, int? permissions = null, long? expectedSize = null) =>
        inner.OpenAsync(path, modes, permissions, expectedSize);

    public virtual ValueTask<StoreResult<IDirectoryListing>> OpenDirectoryAsync(VaultPath path) => inner.OpenDirectoryAsync(path);

    public virtual ValueTask<StoreResult<FileAttributes>> GetAttributesAsync(VaultPath path, bool followLink) => inner.GetAttributesAsync(path, followLink);

    public ValueTask<StoreError> SetAttributesAsync(VaultPath path, AttributeChanges changes, bool followLink) => inner.SetAttributesAsync(path, changes, followLink);

    public ValueTask<StoreError> MakeDirectoryAsync(VaultPath path, int? permissions = null) => inner.MakeDirectoryAsync(path, permissions);

    public ValueTask<StoreError> RemoveDirectoryAsync(VaultPath path) => inner.RemoveDirectoryAsync(path);

    public abstract ValueTask<StoreError> RemoveAsync(VaultPath path);

    public abstract ValueTask<StoreError> RenameAsync(VaultPath source, VaultPath target, bool replace);

    public ValueTask<bool> IsUploadingAsync(VaultPath path) => inner.IsUploadingAsync(path);

    public ValueTask<StoreResult<byte[]>> ReadLinkAsync(VaultPath path) => inner.ReadLinkAsync(path);

    public ValueTask<StoreError> MakeSymbolicLinkAsync(VaultPath path, ReadOnlyMemory<byte> targetText) => inner.MakeSymbolicLinkAsync(path, targetText);

    public ValueTask<StoreError> MakeHardLinkAsync(VaultPath existing, VaultPath link) => inner.MakeHardLinkAsync(existing, link);

    public ValueTask<StoreResult<VaultPath>> ResolveAsync(VaultPath path) => inner.ResolveAsync(path);

    public ValueTask<StoreResult<FileSystemUsage>> GetUsageAsync(VaultPath path) => inner.GetUsageAsync(path);

    public virtual string? Explain(StoreError outcome) => inner.Explain(outcome);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
