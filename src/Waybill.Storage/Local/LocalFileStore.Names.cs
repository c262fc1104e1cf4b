using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>Operations on names: directories, removal, renaming.</summary>
internal sealed partial class LocalFileStore
{
    private const FileRights RightsOnContent = FileRights.List | FileRights.Read | FileRights.Overwrite | FileRights.Delete | FileRights.SetAttributes;

    public ValueTask<StoreError> MakeDirectoryAsync(VaultPath path, int? permissions = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.IsRoot)
        {
            return new(StoreError.AlreadyExists);
        }

        var error = _jail.OpenParent(path, FileRights.MakeDirectory, out var location);
        if (error != StoreError.None)
        {
            return new(error);
        }

        using (location)
        {
            var bits = Usable((permissions ?? _options.DirectoryPermissions) & ~_options.CreationMask, FileKind.Directory);
            var errno = Kernel.MakeDirectory(location.Directory, location.Name, bits);
            if (errno == Errno.None)
            {
                errno = SetExactMode(location, bits);
            }

            return new(errno == Errno.None ? SyncDirectory(location.Directory) : Errno.ToStoreError(errno));
        }
    }

    public ValueTask<StoreError> RemoveDirectoryAsync(VaultPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.IsRoot)
        {
            return new(StoreError.PermissionDenied);
        }

        var error = _jail.OpenParent(path, FileRights.RemoveDirectory, out var location);
        if (error != StoreError.None)
        {
            return new(error);
        }

        using (location)
        {
            var errno = Kernel.Unlink(location.Directory, location.Name, OpenFlags.RemoveDirectory);
            if (errno == Errno.NotEmpty && RemoveLeftovers(location))
            {
                errno = Kernel.Unlink(location.Directory, location.Name, OpenFlags.RemoveDirectory);
            }

            return new(errno == Errno.None ? SyncDirectory(location.Directory) : Errno.ToStoreError(errno));
        }
    }

    public ValueTask<StoreError> RemoveAsync(VaultPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.IsRoot)
        {
            return new(StoreError.IsADirectory);
        }

        var error = _jail.OpenParent(path, FileRights.Delete, out var location);
        if (error != StoreError.None)
        {
            return new(error);
        }

        using (location)
        {
            int errno;
            lock (Changes)
            {
                errno = Kernel.Unlink(location.Directory, location.Name, 0);
            }

            if (errno == Errno.NoEntry && FindUpload(location) is { } upload)
            {
                upload.Remove();
                return new(StoreError.None);
            }

            if (errno == Errno.NoEntry && RemovePartial(location))
            {
                return new(StoreError.None);
            }

            return errno == Errno.None ? BehindAsync(UnsettledAt(location), SyncDirectory(location.Directory)) : new(Errno.ToStoreError(errno));
        }
    }

    public ValueTask<StoreError> RenameAsync(VaultPath source, VaultPath target, bool replace)
    {
        var error = OpenParents(source, target, out var from, out var to);
        using (from)
        using (to)
        {
            Task? ahead = null;
            error = error == StoreError.None ? Rename(from, to, replace, out ahead) : error;
            return error == StoreError.None ? BehindAsync(ahead, error) : new(error);
        }
    }

    public ValueTask<StoreError> RenameUploadAsync(VaultPath source, VaultPath target)
    {
        var error = OpenParents(source, target, out var from, out var to);
        using (from)
        using (to)
        {
            return new(error != StoreError.None ? error
                : WinsRights(from.Path, to.Path) ? StoreError.PermissionDenied
                : RenameUpload(from, to, Allows(to.Path, FileRights.Overwrite), replace: true));
        }
    }

    public ValueTask<bool> IsUploadingAsync(VaultPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return new(FindUpload(path, FileRights.Rename) is not null);
    }

    private StoreError OpenParents(VaultPath source, VaultPath target, out Location from, out Location to)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        (from, to) = (default, default);
        if (source.IsRoot || target.IsRoot)
        {
            return StoreError.PermissionDenied;
        }

        var error = _jail.OpenParent(source, FileRights.Rename, out from);
        return error == StoreError.None ? _jail.OpenParent(target, FileRights.Rename, out to) : error;
    }

    /// <param name="from">What is renamed.</param>
    /// <param name="to">Its new name.</param>
    /// <param name="replace">Whether that may be taken.</param>
    /// <param name="ahead">What is to be recorded first: uploads that were in place by then, and none that came while this was being synced.</param>
    private StoreError Rename(in Location from, in Location to, bool replace, out Task? ahead)
    {
        ahead = null;
        if (WinsRights(from.Path, to.Path))
        {
            return StoreError.PermissionDenied;
        }

        // Replacing destroys what was there: a login that may not do that renames to new names only, whatever it asks for.
        var mayReplace = replace && Allows(to.Path, FileRights.Overwrite);
        var flags = mayReplace ? 0 : OpenFlags.RenameNoReplace;
        int errno;
        lock (Changes)
        {
            errno = Kernel.Rename(from.Directory, from.Name, to.Directory, to.Name, flags);
            if (errno == Errno.NotEmpty && mayReplace && RemoveLeftovers(to))
            {
                errno = Kernel.Rename(from.Directory, from.Name, to.Directory, to.Name, flags);
            }

            ahead = errno == Errno.None ? UnsettledBy(to) : null;
        }

        if (errno == Errno.NoEntry)
        {
            return RenameUpload(from, to, mayReplace, replace);
        }

        if (errno == Errno.Exists && flags != 0)
        {
            return IsSameFile(from, to) && from.Path.Equals(to.Path) ? StoreError.None
                : replace ? StoreError.PermissionDenied
                : StoreError.AlreadyExists;
        }

        if (errno != Errno.None)
        {
            return Errno.ToStoreError(errno);
        }

        var error = SyncDirectory(to.Directory);
        return error == StoreError.None && !from.Path.Parent.Equals(to.Path.Parent) ? SyncDirectory(from.Directory) : error;
    }

    /// <summary>
    /// Whether a file would be open to more at another place than where it lies: what a drop box takes in could else be moved to where it may be read, and what
    /// must not be deleted to where it may be.
    /// </summary>
    private bool WinsRights(VaultPath from, VaultPath to) => (_jail.RightsAt(to) & ~_jail.RightsAt(from) & RightsOnContent) != 0;

    /// <summary>Some clients rename a file that they still write and that nobody sees yet (sshfs): it will be published under the new name.</summary>
    private StoreError RenameUpload(in Location from, in Location to, bool mayReplace, bool replace)
    {
        if (FindUpload(from) is null)
        {
            return StoreError.NotFound;
        }

        var taken = replace ? StoreError.PermissionDenied : StoreError.AlreadyExists;
        if (!mayReplace && Kernel.StatName(to.Directory, to.Name, out _) != Errno.NoEntry)
        {
            return taken;
        }

        var errno = Kernel.OpenName(to.Directory, "."u8, OpenFlags.DirectoryPath, 0, out var directory);
        if (errno != Errno.None)
        {
            return Errno.ToStoreError(errno);
        }

        lock (_uploadsLock)
        {
            if (FindUpload(from) is { } upload)
            {
                upload.Retarget(new UploadTarget(directory, to.Name.ToArray(), to.Path, !mayReplace, taken), to.Path);
                return StoreError.None;
            }
        }

        directory.Dispose();
        return StoreError.NotFound;
    }

    private static bool IsSameFile(in Location one, in Location other) =>
        Kernel.StatName(one.Directory, one.Name, out var first) == Errno.None
        && Kernel.StatName(other.Directory, other.Name, out var second) == Errno.None
        && first.Identity == second.Identity;

    /// <summary>Removes what dead uploads left in a directory that looks empty to the client.</summary>
    private bool RemoveLeftovers(in Location location)
    {
        if (Kernel.OpenName(location.Directory, location.Name, OpenFlags.ReadDirectory | OpenFlags.NoFollow, 0, out var directory) != Errno.None)
        {
            return false;
        }

        using (directory)
        {
            return Temporaries.EmptyOfLeftovers(directory, _partials);
        }
    }

    /// <summary>Gives a new directory the permissions asked for whatever the umask of the process; by pin, since a name could be swapped for a link.</summary>
    private static int SetExactMode(in Location location, int permissions)
    {
        var errno = Kernel.OpenName(location.Directory, location.Name, OpenFlags.DirectoryPath | OpenFlags.NoFollow, 0, out var made);
        if (errno != Errno.None)
        {
            // Removed or replaced by somebody already.
            return Errno.None;
        }

        using (made)
        {
            errno = Kernel.Stat(made, out var status);
            return errno == Errno.None && status.Permissions != permissions ? Kernel.ChangeModeOfPinned(made, status.SpecialBits | permissions) : errno;
        }
    }

    /// <summary>Makes the changes of a pinned directory durable, where the store is.</summary>
    public StoreError SyncDirectory(FileDescriptor pinned)
    {
        if (!IsDurable)
        {
            return StoreError.None;
        }

        var error = OpenForSync(pinned, out var directory);
        using (directory)
        {
            return error == StoreError.None ? Errno.ToStoreError(Calls.SyncDirectory(directory)) : error;
        }
    }
}
