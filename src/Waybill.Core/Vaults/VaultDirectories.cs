using Waybill.Core.Accounts;
using Waybill.Core.Logins;
using Waybill.Storage;
using Waybill.Storage.Local;

namespace Waybill.Core.Vaults;

/// <summary>
/// Makes the directories of vaults on the disk. The names are checked account numbers, vendor names and the operator's layout, never a client's. The kernel
/// resolves them without following any link, so that a customer who may make links wins no race against it.
/// </summary>
/// <param name="vaults">The directory of all vaults.</param>
/// <param name="layout">The layout.</param>
public sealed class VaultDirectories(string vaults, VaultLayout layout)
{
    private const int Mode = 0x1E8; // 0750

    /// <summary>The directory that is the login's root.</summary>
    public string RootOf(Login login)
    {
        ArgumentNullException.ThrowIfNull(login);
        if (login.Account is null)
        {
            throw new ArgumentException("Publisher and collector logins have no vault.", nameof(login));
        }

        return Path.Combine(vaults, Checked(login.Account)) + (login.Kind == LoginKind.Vendor ? $"/vendors/{Checked(login.Vendor!)}" : "");
    }

    /// <summary>Makes an account's vault; what is there already stays.</summary>
    public Outcome Ensure(Account account)
    {
        ArgumentNullException.ThrowIfNull(account);
        return Ensure(account.Number, ["", .. layout.FoldersOfVault()]);
    }

    /// <summary>Makes what a login needs of its account's vault; what is there already stays.</summary>
    public Outcome Ensure(Login login)
    {
        ArgumentNullException.ThrowIfNull(login);
        return login.Account is null
            ? Outcome.Done
            : Ensure(login.Account, ["", .. layout.FoldersOfVault(), .. login.Kind == LoginKind.Vendor ? layout.FoldersOfVendor(Checked(login.Vendor!)) : []]);
    }

    private static string Checked(string name) => AccountNumber.IsWellFormed(name, UserName.MaximumLength)
        ? name
        : throw new ArgumentException("The database holds a name that is no name of a directory.", nameof(name));

    private Outcome Ensure(string number, IReadOnlyList<string> folders)
    {
        try
        {
            using var directory = new LocalVaults(vaults, new LocalStoreOptions { DirectoryPermissions = Mode });
            foreach (var folder in folders)
            {
                switch (directory.EnsureDirectory(VaultPath.Parse($"/{Checked(number)}{folder}")))
                {
                    case StoreError.None:
                        break;
                    case StoreError.TooManyLinks:
                        return Problem.Unusable($"In the vault of account {number}, {(folder.Length == 0 ? "/" : folder)} is a link or lies behind one. Remove the link.");
                    case StoreError.NotADirectory:
                        return Problem.Unusable($"In the vault of account {number}, {(folder.Length == 0 ? "/" : folder)} is no directory or lies below a file. Move the file away.");
                    default:
                        return Problem.Unusable($"The directories of account {number} cannot be made. Check the room and rights of the data directory.");
                }
            }

            return Outcome.Done;
        }
        catch (PlatformNotSupportedException e)
        {
            return Problem.Unusable(e.Message);
        }
        catch (DirectoryNotFoundException)
        {
            return Problem.Unusable($"The directory {vaults} cannot be opened. Check that it exists, its owner and its rights.");
        }
    }
}
