using Waybill.Storage;
using Waybill.Storage.Local;

namespace Waybill.Core.Vaults;

/// <summary>Vaults as the program itself sees them: all rights, and still inside the kernel's jail, since a customer may plant links.</summary>
/// <param name="vaults">The directory of all vaults, opened.</param>
public sealed class VaultStores(LocalVaults vaults)
{
    /// <summary>Opens an account's vault; the caller disposes the store.</summary>
    /// <param name="account">The account's number as it was given: the name of its directory.</param>
    public StoreResult<IFileStore> Open(string account) => vaults.OpenStore(VaultPath.Parse($"/{account}"), AllRights.Instance);

    /// <summary>Opens an account's vault to hide and show files in it; the caller disposes the store.</summary>
    public StoreResult<IStagingStore> OpenStaging(string account) => vaults.OpenStaging(VaultPath.Parse($"/{account}"), AllRights.Instance);

    /// <summary>Makes a folder of a vault where it is missing, never behind a link.</summary>
    public StoreError EnsureFolder(string account, string folder) => vaults.EnsureDirectory(VaultPath.Parse($"/{account}{folder}"));

    /// <summary>Opens an account's vault to see what lies in it; the caller disposes it.</summary>
    /// <param name="account">The account's number as it was given.</param>
    public StoreResult<LocalVault> OpenVault(string account) => vaults.OpenVault(VaultPath.Parse($"/{account}"));

    /// <summary>Moves a file out of a vault into another directory of the program's.</summary>
    /// <param name="account">The account's number: the name of its directory.</param>
    /// <param name="path">The file in the vault.</param>
    /// <param name="target">Where to.</param>
    /// <param name="targetPath">The name there.</param>
    /// <param name="meant">The file as it was seen; another one stays. Null for whatever is there.</param>
    /// <param name="cancellationToken">Stops it; the file stays.</param>
    public ValueTask<StoreError> TakeOutAsync(
        string account, VaultPath path, LocalVaults target, VaultPath targetPath, FileStamp? meant = null, CancellationToken cancellationToken = default) =>
        vaults.MoveAsync(VaultPath.Parse($"/{account}"), path, target, VaultPath.Root, targetPath, meant, cancellationToken);

    /// <summary>Ends a move out of a vault that was cut off after the copy: removes a file whose content is at the other place by now.</summary>
    /// <param name="account">The account's number.</param>
    /// <param name="path">The file in the vault.</param>
    /// <param name="other">Where the copy is.</param>
    /// <param name="otherPath">Its name there.</param>
    /// <param name="cancellationToken">Stops it; the file stays.</param>
    public ValueTask<StoreError> RemoveIfCopiedAsync(string account, VaultPath path, LocalVaults other, VaultPath otherPath, CancellationToken cancellationToken = default) =>
        vaults.RemoveIfCopiedAsync(VaultPath.Parse($"/{account}"), path, other, otherPath, cancellationToken);

    /// <summary>Moves a file back into a vault; one that has the name already stays.</summary>
    /// <param name="source">Where it is.</param>
    /// <param name="sourcePath">Its name there.</param>
    /// <param name="account">The account's number.</param>
    /// <param name="path">The file in the vault.</param>
    /// <param name="cancellationToken">Stops it; the file stays.</param>
    public ValueTask<StoreError> PutBackAsync(LocalVaults source, VaultPath sourcePath, string account, VaultPath path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.MoveAsync(VaultPath.Root, sourcePath, vaults, VaultPath.Parse($"/{account}"), path, cancellationToken: cancellationToken);
    }
}
