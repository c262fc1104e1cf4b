using System.Text;
using Waybill.Core.Accounts;
using Waybill.Storage;

namespace Waybill.Core.Vaults.Mounts;

/// <summary>How the paths of an <see cref="AccountsTree"/> lie in the vaults: audit and catalogue name the account and the path that its customer sees.</summary>
/// <param name="tree">The tree.</param>
/// <param name="accounts">Where account numbers are looked up.</param>
public sealed class AccountsView(AccountsTree tree, AccountService accounts) : ILoginView
{
    /// <inheritdoc/>
    public ValueTask<VaultPlace?> LocateAsync(VaultPath seen)
    {
        ArgumentNullException.ThrowIfNull(seen);
        var place = tree.Split(seen);
        return place.Mount is { } mount
            ? LocateAsync(Encoding.ASCII.GetString(place.Number), mount.Folder, Encoding.UTF8.GetString(place.Inner))
            : new((VaultPlace?)null);
    }

    private async ValueTask<VaultPlace?> LocateAsync(string number, string folder, string inner)
    {
        // By the number as it was given to the account, however the client writes it.
        var account = await accounts.FindAsync(number).ConfigureAwait(false);
        var path = inner.Length == 0 && folder.Length > 0 ? folder : $"{folder}/{inner}";
        return account.Succeeded ? new VaultPlace(account.Value.Number, path) : null;
    }
}
