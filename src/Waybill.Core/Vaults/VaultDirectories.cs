using Waybill.Core.Accounts;
using Waybill.Core.Logins;

namespace Waybill.Core.Vaults;

/// <summary>
/// Makes the directories of vaults on the disk. The names are checked account numbers, vendor names and the operator's layout, never a client's; a link in the
/// place of a directory is refused, whoever put it there.
/// </summary>
/// <param name="vaults">The directory of all vaults.</param>
/// <param name="layout">The layout.</param>
public sealed class VaultDirectories(string vaults, VaultLayout layout)
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

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

    private static void Make(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, Mode);
        }
    }

    private Outcome Ensure(string number, IReadOnlyList<string> folders)
    {
        var vault = Path.Combine(vaults, Checked(number));
        try
        {
            foreach (var folder in folders)
            {
                var path = vault;
                foreach (var name in folder.Split('/'))
                {
                    path = name.Length == 0 ? path : Path.Combine(path, name);
                    if (new FileInfo(path).LinkTarget is not null)
                    {
                        return Problem.Unusable($"In the vault of account {number}, {folder} is a link and no directory. Remove the link.");
                    }
                }

                Make(path);
            }

            return Outcome.Done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Problem.Unusable($"The directories of account {number} cannot be made. Check the room and rights of the data directory.");
        }
    }
}
