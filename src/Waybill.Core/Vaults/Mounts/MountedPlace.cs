using System.Text;
using Waybill.Core.Accounts;
using Waybill.Storage;

namespace Waybill.Core.Vaults.Mounts;

/// <summary>A path of an <see cref="AccountsTree"/> that has been looked up: a directory of the tree itself, or a place in a vault whose store is in use.</summary>
internal sealed class MountedPlace(AccountsTree tree, TreeLevel level, Account? account = null, Mount? mount = null, OpenVaults.Lease? lease = null, VaultPath? inner = null)
    : IAsyncDisposable
{
    public TreeLevel Level => level;

    /// <summary>Whether only the tree has it: it can be listed, and never changed.</summary>
    public bool IsVirtual => lease is null;

    public Account? Account => account;

    public IFileStore Store => lease!.Store;

    /// <summary>The directory among the vaults at which the store is open.</summary>
    public VaultPath Root => lease!.Root;

    /// <summary>The path in the store.</summary>
    public VaultPath Path => inner!;

    /// <summary>How the provider sees a path of the store; null when that is longer than any path may be.</summary>
    public VaultPath? InVault(VaultPath path)
    {
        VaultPath.TryParse([.. Encoding.UTF8.GetBytes(mount!.Folder), .. path.Bytes], VaultPath.Root, out var place);
        return place;
    }

    /// <summary>How the login sees a path of the store; null when that is longer than any path may be.</summary>
    public VaultPath? Show(VaultPath path)
    {
        VaultPath.TryParse([.. Encoding.UTF8.GetBytes(Prefix), .. path.Bytes], VaultPath.Root, out var seen);
        return seen;
    }

    private string Prefix => level switch
    {
        TreeLevel.Root => "/",
        TreeLevel.Accounts => $"/{tree.Top}",
        TreeLevel.Drop => $"/{tree.Drop}",
        _ => $"/{tree.Top}/{account!.Number}/{mount?.Name}",
    };

    public ValueTask DisposeAsync() => lease?.DisposeAsync() ?? ValueTask.CompletedTask;
}
