namespace Waybill.Storage.Access;

/// <summary>A rename in a session, in every protocol.</summary>
public static class Renaming
{
    /// <summary>Renames, and says what is to be recorded of it when it succeeded.</summary>
    public static async ValueTask<(StoreError Error, FileEvent Event)> RenameAsync(IFileStore store, VaultPath source, VaultPath target, bool replace)
    {
        ArgumentNullException.ThrowIfNull(store);
        var wasUpload = await store.IsUploadingAsync(source).ConfigureAwait(false);
        var error = await store.RenameAsync(source, target, replace).ConfigureAwait(false);
        var isPending = wasUpload && error == StoreError.None && await store.IsUploadingAsync(target).ConfigureAwait(false);
        return (error, new FileEvent(FileOperation.Rename, source, target) { IsPending = isPending });
    }
}
