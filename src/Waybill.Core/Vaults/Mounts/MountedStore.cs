using System.Text;
using Waybill.Core.Accounts;
using Waybill.Core.Database;
using Waybill.Storage;
using FileAttributes = Waybill.Storage.FileAttributes;

namespace Waybill.Core.Vaults.Mounts;

/// <summary>
/// An <see cref="AccountsTree"/> as a file store. Its upper directories are the accounts that the database has; everything below a mount goes to a store of its own
/// whose kernel jail is that account's vault or a folder of it, so that neither a path nor a planted link leads from one account to another. Whether an account
/// is there is asked each time: one that is closed is gone at once.
/// </summary>
public sealed class MountedStore : IFileStore
{
    private const int DirectoryPermissions = 0x16D; // 0555
    private const uint ShownOwner = 1000;

    private readonly AccountsTree _tree;
    private readonly AccountService _accounts;
    private readonly Func<VaultPath, IAccessRules, StoreResult<IFileStore>> _open;
    private readonly DeliveryGate? _gate;
    private readonly DateTimeOffset _opened;

    /// <summary>Opens the tree for one session.</summary>
    /// <param name="tree">What it sees.</param>
    /// <param name="accounts">Where accounts are looked up.</param>
    /// <param name="open">Opens a store at a directory among the vaults.</param>
    /// <param name="time">The clock.</param>
    /// <param name="gate">Holds duplicates, for a login that publishes.</param>
    public MountedStore(AccountsTree tree, AccountService accounts, Func<VaultPath, IAccessRules, StoreResult<IFileStore>> open, TimeProvider time, DeliveryGate? gate = null)
    {
        ArgumentNullException.ThrowIfNull(time);
        _tree = tree;
        _accounts = accounts;
        _open = open;
        _gate = gate;
        _opened = time.GetUtcNow();
        Vaults = new OpenVaults(open);
    }

    internal OpenVaults Vaults { get; }

    /// <inheritdoc/>
    public async ValueTask<StoreResult<IOpenFile>> OpenAsync(VaultPath path, OpenModes modes, int? permissions = null, long? expectedSize = null)
    {
        var (error, place) = await FindAsync(path).ConfigureAwait(false);
        if (place is null || place.IsVirtual)
        {
            return error == StoreError.None ? StoreError.IsADirectory : error;
        }

        var opened = await place.Store.OpenAsync(place.Path, modes, permissions, expectedSize).ConfigureAwait(false);
        if (opened.Succeeded)
        {
            return new MountedFile(opened.Value, place, _gate);
        }

        await place.DisposeAsync().ConfigureAwait(false);
        return opened.Error;
    }

    /// <inheritdoc/>
    public async ValueTask<StoreResult<IDirectoryListing>> OpenDirectoryAsync(VaultPath path)
    {
        var (error, place) = await FindAsync(path).ConfigureAwait(false);
        if (place is null)
        {
            return error;
        }

        if (place.IsVirtual)
        {
            return await ListTreeAsync(place).ConfigureAwait(false);
        }

        var opened = await place.Store.OpenDirectoryAsync(place.Path).ConfigureAwait(false);
        if (opened.Succeeded)
        {
            return new MountedListing(opened.Value, place);
        }

        await place.DisposeAsync().ConfigureAwait(false);
        return opened.Error;
    }

    /// <inheritdoc/>
    public async ValueTask<StoreResult<FileAttributes>> GetAttributesAsync(VaultPath path, bool followLink)
    {
        var (error, found) = await FindAsync(path).ConfigureAwait(false);
        if (found is null)
        {
            return error;
        }

        await using var place = found.ConfigureAwait(false);
        return found.IsVirtual ? Show(found) : await found.Store.GetAttributesAsync(found.Path, followLink).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<StoreError> SetAttributesAsync(VaultPath path, AttributeChanges changes, bool followLink) =>
        ChangeAsync(path, place => _gate is not null && changes.Size is not null
            ? new(StoreError.PermissionDenied) // Another length is another version, and a publisher replaces nothing.
            : place.Store.SetAttributesAsync(place.Path, changes, followLink));

    /// <inheritdoc/>
    public ValueTask<StoreError> MakeDirectoryAsync(VaultPath path, int? permissions = null) =>
        ChangeAsync(path, place => place.Store.MakeDirectoryAsync(place.Path, permissions));

    /// <inheritdoc/>
    public ValueTask<StoreError> RemoveDirectoryAsync(VaultPath path) => ChangeAsync(path, static place => place.Store.RemoveDirectoryAsync(place.Path));

    /// <inheritdoc/>
    public ValueTask<StoreError> RemoveAsync(VaultPath path) => ChangeAsync(path, place => _gate is null ? place.Store.RemoveAsync(place.Path) : _gate.RemoveAsync(place));

    /// <inheritdoc/>
    public ValueTask<StoreError> RenameAsync(VaultPath source, VaultPath target, bool replace) => ChangeAsync(source, from => ChangeAsync(
        target,
        to => !from.Root.Equals(to.Root) ? new(StoreError.CrossDevice)
            : _gate is null ? from.Store.RenameAsync(from.Path, to.Path, replace)
            : _gate.RenameAsync(from, to, replace)));

    /// <inheritdoc/>
    public async ValueTask<bool> IsUploadingAsync(VaultPath path)
    {
        var (_, found) = await FindAsync(path).ConfigureAwait(false);
        if (found is null || found.IsVirtual)
        {
            return false;
        }

        await using var place = found.ConfigureAwait(false);
        return await found.Store.IsUploadingAsync(found.Path).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public string? Explain(StoreError outcome) => outcome == StoreError.Held ? _gate?.Words : null;

    /// <inheritdoc/>
    public async ValueTask<StoreResult<byte[]>> ReadLinkAsync(VaultPath path)
    {
        var (error, found) = await FindAsync(path).ConfigureAwait(false);
        if (found is null || found.IsVirtual)
        {
            return error == StoreError.None ? StoreError.InvalidArgument : error;
        }

        await using var place = found.ConfigureAwait(false);
        var text = await found.Store.ReadLinkAsync(found.Path).ConfigureAwait(false);
        if (!text.Succeeded || text.Value is not [(byte)'/', ..])
        {
            return text;
        }

        // An absolute text is a path of the store.
        VaultPath.TryParse(text.Value, VaultPath.Root, out var target);
        return target is not null && found.Show(target) is { } seen ? seen.Bytes.ToArray() : StoreError.NameTooLong;
    }

    /// <summary>The provider's own logins make no links.</summary>
    public ValueTask<StoreError> MakeSymbolicLinkAsync(VaultPath path, ReadOnlyMemory<byte> targetText) => new(StoreError.PermissionDenied);

    /// <summary>The provider's own logins make no links.</summary>
    public ValueTask<StoreError> MakeHardLinkAsync(VaultPath existing, VaultPath link) => new(StoreError.PermissionDenied);

    /// <inheritdoc/>
    public async ValueTask<StoreResult<VaultPath>> ResolveAsync(VaultPath path)
    {
        var (error, found) = await FindAsync(path).ConfigureAwait(false);
        if (found is null)
        {
            return error;
        }

        await using var place = found.ConfigureAwait(false);
        var resolved = found.IsVirtual ? VaultPath.Root : await found.Store.ResolveAsync(found.Path).ConfigureAwait(false);
        return !resolved.Succeeded ? resolved : found.Show(resolved.Value) is { } seen ? seen : StoreError.NameTooLong;
    }

    /// <inheritdoc/>
    public async ValueTask<StoreResult<FileSystemUsage>> GetUsageAsync(VaultPath path)
    {
        var (error, found) = await FindAsync(path).ConfigureAwait(false);
        if (found is null)
        {
            return error;
        }

        await using var place = found.ConfigureAwait(false);
        if (!found.IsVirtual)
        {
            return await found.Store.GetUsageAsync(found.Path).ConfigureAwait(false);
        }

        // Of the file system that holds all vaults; nothing else is ever asked of this store.
        var opened = _open(VaultPath.Root, _tree);
        if (!opened.Succeeded)
        {
            return opened.Error;
        }

        await using var vaults = opened.Value.ConfigureAwait(false);
        return await opened.Value.GetUsageAsync(VaultPath.Root).ConfigureAwait(false);
    }

    /// <summary>Abandons what was not committed: a lost session publishes nothing.</summary>
    public ValueTask DisposeAsync() => Vaults.DisposeAsync();

    /// <summary>Does something in a vault. What only the tree has cannot be changed, and nothing can be added to it.</summary>
    private async ValueTask<StoreError> ChangeAsync(VaultPath path, Func<MountedPlace, ValueTask<StoreError>> change)
    {
        var (error, found) = await FindAsync(path).ConfigureAwait(false);
        if (found is null || found.IsVirtual)
        {
            return error == StoreError.None ? StoreError.PermissionDenied : error;
        }

        await using var place = found.ConfigureAwait(false);
        return await change(found).ConfigureAwait(false);
    }

    /// <summary>Looks a path up; whoever gets a place disposes it.</summary>
    private ValueTask<(StoreError Error, MountedPlace? Place)> FindAsync(VaultPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var place = _tree.Split(path);
        if (place.Level < TreeLevel.Account)
        {
            return place.Level == TreeLevel.Nowhere ? new((StoreError.NotFound, null)) : new((StoreError.None, new MountedPlace(_tree, place.Level)));
        }

        VaultPath.TryParse(place.Inner, VaultPath.Root, out var inner);
        return FindAsync(Encoding.ASCII.GetString(place.Number), place.Level, place.Mount, inner!);
    }

    private async ValueTask<(StoreError Error, MountedPlace? Place)> FindAsync(string number, TreeLevel level, Mount? mount, VaultPath inner)
    {
        Account account;
        try
        {
            var found = await _accounts.FindAsync(number).ConfigureAwait(false);
            if (!found.Succeeded || found.Value.Status == AccountStatus.Closed)
            {
                return (StoreError.NotFound, null);
            }

            account = found.Value;
        }
        catch (DatabaseException)
        {
            return (StoreError.InputOutput, null);
        }

        if (mount is null)
        {
            return (StoreError.None, new MountedPlace(_tree, level, account));
        }

        var lease = Rent(account, mount);
        return lease.Succeeded ? (StoreError.None, new MountedPlace(_tree, level, account, mount, lease.Value, inner)) : (lease.Error, null);
    }

    // The directory has the number as it was given, however the client writes it.
    private StoreResult<OpenVaults.Lease> Rent(Account account, Mount mount) => Vaults.Rent(VaultPath.Parse($"/{account.Number}{mount.Folder}"), mount.StoreRules);

    private async ValueTask<StoreResult<IDirectoryListing>> ListTreeAsync(MountedPlace place)
    {
        List<DirectoryEntry> known = [];
        if (place.Level == TreeLevel.Root)
        {
            known.Add(new DirectoryEntry(Encoding.UTF8.GetBytes(_tree.Top), Directory(_opened)));
            if (_tree.Drop is { } drop)
            {
                known.Add(new DirectoryEntry(Encoding.UTF8.GetBytes(drop), Directory(_opened)));
            }
        }
        else if (place.Account is { } account)
        {
            foreach (var mount in _tree.Mounts)
            {
                // A folder that this vault has not is not shown.
                var rented = Rent(account, mount);
                if (rented.Succeeded)
                {
                    await using var lease = rented.Value.ConfigureAwait(false);
                    var attributes = await rented.Value.Store.GetAttributesAsync(VaultPath.Root, followLink: true).ConfigureAwait(false);
                    if (attributes.Succeeded)
                    {
                        known.Add(new DirectoryEntry(mount.NameBytes.ToArray(), attributes.Value));
                    }
                }
            }
        }

        return new TreeListing(Show(place), known, place.Level == TreeLevel.Accounts ? _accounts : null, static account => Directory(account.Created));
    }

    private FileAttributes Show(MountedPlace place) => Directory(place.Account?.Created ?? _opened);

    private static FileAttributes Directory(DateTimeOffset time) =>
        new(FileKind.Directory, DirectoryPermissions, 0, time.ToUnixTimeSeconds(), time.ToUnixTimeSeconds(), ShownOwner, ShownOwner, 1);
}
