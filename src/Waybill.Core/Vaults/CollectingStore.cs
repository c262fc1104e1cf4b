using Waybill.Storage;

namespace Waybill.Core.Vaults;

/// <summary>A store in which what is deleted or moved away with the collect right goes to the archive.</summary>
internal sealed class CollectingStore(IFileStore inner, Collecting collecting) : PassingStore(inner)
{
    public override ValueTask<StoreError> RemoveAsync(VaultPath path) => collecting.Holds(path) ? collecting.ArchiveAsync(path) : Inner.RemoveAsync(path);

    /// <summary>
    /// Wherever a fetched file is moved, it goes to the archive. Nothing is moved to where the provider publishes: a customer's file would look like the provider's.
    /// </summary>
    public override ValueTask<StoreError> RenameAsync(VaultPath source, VaultPath target, bool replace) =>
        collecting.Holds(source) ? collecting.ArchiveAsync(source)
        : collecting.Holds(target) ? new(StoreError.PermissionDenied)
        : Inner.RenameAsync(source, target, replace);
}
