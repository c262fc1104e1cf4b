using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>Moves files out of the vaults, for an archive that no login sees.</summary>
public sealed partial class LocalVaults
{
    /// <summary>0600: nobody else on the machine reads a copy before it is whole.</summary>
    private const uint CopyPermissions = 0x180;

    /// <summary>
    /// Moves a file below this directory to a new name below another one, whose missing directories are made. It is here or there at every moment, also across
    /// file systems and a power cut. No link is followed on either side, and nothing is ever replaced.
    /// </summary>
    /// <param name="source">The file, with its vault in front.</param>
    /// <param name="destination">The directory that takes it.</param>
    /// <param name="target">Its name there.</param>
    public async ValueTask<StoreError> MoveOutAsync(VaultPath source, LocalVaults destination, VaultPath target)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(target);
        var errno = OpenDirectory(source.Parent, out var from);
        using (from)
        {
            if (errno == Errno.None)
            {
                errno = Kernel.StatName(from, source.Name, out var status);
                var error = errno != Errno.None ? Errno.ToStoreError(errno)
                    : status.Kind == FileKind.File ? destination.EnsureDirectory(target.Parent)
                    : status.Kind == FileKind.Directory ? StoreError.IsADirectory : StoreError.NotARegularFile;
                if (error != StoreError.None)
                {
                    return error;
                }

                errno = destination.OpenDirectory(target.Parent, out var into);
                using (into)
                {
                    if (errno == Errno.None)
                    {
                        errno = Kernel.Rename(from, source.Name, into, target.Name, OpenFlags.RenameNoReplace);
                        error = errno == Errno.CrossDevice
                            ? await destination.CopyInAsync(from, source.Name.ToArray(), into, target.Name.ToArray()).ConfigureAwait(false)
                            : Errno.ToStoreError(errno);
                        return error == StoreError.None ? SyncIfDurable(into) is var synced && synced != StoreError.None ? synced : SyncIfDurable(from) : error;
                    }
                }
            }

            return Errno.ToStoreError(errno);
        }
    }

    /// <summary>The copy is whole and synced under its name before the original goes.</summary>
    private async ValueTask<StoreError> CopyInAsync(FileDescriptor from, byte[] name, FileDescriptor into, byte[] target)
    {
        var errno = Kernel.OpenName(from, name, OpenFlags.ReadFile | OpenFlags.NoFollow, 0, out var source);
        using (source)
        {
            if (errno != Errno.None)
            {
                return Errno.ToStoreError(errno);
            }

            errno = Kernel.Stat(source, out var status);
            var temporary = Temporaries.NewName();
            if (errno == Errno.None)
            {
                errno = Kernel.OpenName(into, temporary, OpenFlags.NewFile, CopyPermissions, out var copy);
                using (copy)
                {
                    var error = errno == Errno.None ? await CopyAsync(source, status, copy).ConfigureAwait(false) : Errno.ToStoreError(errno);
                    if (error == StoreError.None)
                    {
                        error = Errno.ToStoreError(Kernel.Rename(into, temporary, into, target, OpenFlags.RenameNoReplace));
                    }

                    if (error != StoreError.None)
                    {
                        Kernel.Unlink(into, temporary, 0);
                        return error;
                    }
                }

                var synced = SyncIfDurable(into);
                return synced == StoreError.None ? RemoveOriginal(from, name, status.Identity) : synced;
            }

            return Errno.ToStoreError(errno);
        }
    }

    private async ValueTask<StoreError> CopyAsync(FileDescriptor source, Statx status, FileDescriptor copy)
    {
        var (error, copied) = await RangeCopy.CopyAsync(_options.Calls, source, 0, copy, 0, (long)status.Size).ConfigureAwait(false);
        if (error != StoreError.None || copied != (long)status.Size)
        {
            return error == StoreError.None ? StoreError.InputOutput : error;
        }

        var errno = Kernel.ChangeMode(copy, status.Permissions);
        errno = errno == Errno.None ? Kernel.SetTimes(copy, status.AccessSeconds, status.ModificationSeconds) : errno;
        return Errno.ToStoreError(errno == Errno.None && _options.Durability == Durability.Full ? Kernel.Sync(copy) : errno);
    }

    /// <summary>
    /// Removes what was copied and nothing else: a new version may have taken its name. It is set aside under a name that no sweep removes, looked at, and goes or
    /// gets its name back.
    /// </summary>
    private static StoreError RemoveOriginal(FileDescriptor from, byte[] name, FileIdentity copied)
    {
        var aside = Temporaries.NewQuarantineName();
        var errno = Kernel.Rename(from, name, from, aside, OpenFlags.RenameNoReplace);
        if (errno != Errno.None)
        {
            return errno == Errno.NoEntry ? StoreError.None : Errno.ToStoreError(errno);
        }

        if (Kernel.StatName(from, aside, out var status) == Errno.None && status.Identity == copied)
        {
            return Errno.ToStoreError(Kernel.Unlink(from, aside, 0));
        }

        Kernel.Rename(from, aside, from, name, OpenFlags.RenameNoReplace);
        return StoreError.Busy;
    }

    private int OpenDirectory(VaultPath path, out FileDescriptor directory) =>
        Kernel.OpenBeneath(_directory, path.Bytes, OpenFlags.DirectoryPath, OpenFlags.ResolveNoSymbolicLinks, out directory);

    private StoreError SyncIfDurable(FileDescriptor pinned) => _options.Durability == Durability.Full ? Errno.ToStoreError(Sync(pinned)) : StoreError.None;
}
