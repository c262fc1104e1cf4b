using Waybill.Storage;

namespace Waybill.Core.Vaults;

/// <summary>What a customer or vendor sees: one vault, or a directory of it.</summary>
/// <param name="account">The account's number.</param>
/// <param name="root">Where the login's root lies in the vault: empty, or <c>/vendors/name</c>.</param>
public sealed class VaultView(string account, string root) : ILoginView
{
    /// <inheritdoc/>
    public ValueTask<VaultPlace?> LocateAsync(VaultPath seen)
    {
        ArgumentNullException.ThrowIfNull(seen);
        return new(new VaultPlace(account, seen.IsRoot && root.Length > 0 ? root : root + seen));
    }
}
