using Waybill.Storage;
using Waybill.Storage.Local;

namespace Waybill.Core.Vaults;

/// <summary>Vaults as the program itself sees them: all rights, and still inside the kernel's jail, since a customer may plant links.</summary>
/// <param name="vaults">The directory of all vaults, opened.</param>
public sealed class VaultStores(LocalVaults vaults)
{
    /// <summary>Opens an account's vault; the caller disposes the store.</summary>
    /// <param name="account">The account's number as it was given: the name of its directory.</param>
    public StoreResult<IFileStore> Open(string account) => vaults.OpenStore(VaultPath.Parse($"/{account}"), Everything.Instance);

    /// <summary>Opens an account's vault to hide and show files in it; the caller disposes the store.</summary>
    public StoreResult<IStagingStore> OpenStaging(string account) => vaults.OpenStaging(VaultPath.Parse($"/{account}"), Everything.Instance);

    /// <summary>Makes a folder of a vault where it is missing, never behind a link.</summary>
    public StoreError EnsureFolder(string account, string folder) => vaults.EnsureDirectory(VaultPath.Parse($"/{account}{folder}"));

    /// <summary>Opens an account's vault to see what lies in it; the caller disposes it.</summary>
    /// <param name="account">The account's number as it was given.</param>
    public StoreResult<LocalVault> OpenVault(string account) => vaults.OpenVault(VaultPath.Parse($"/{account}"));

    private sealed class Everything : IAccessRules
    {
        public static readonly Everything Instance = new();

        public FileRights RightsAt(VaultPath path) => FileRights.All;
    }
}
