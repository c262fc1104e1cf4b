using System.Buffers;
using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>Moves files between the program's own trees: out of a vault, into the archive, and back.</summary>
public sealed partial class LocalVaults
{
    /// <summary>0600: nobody else on the machine reads a copy before it is whole.</summary>
    private const uint CopyPermissions = 0x180;

    private const int CompareBuffer = 256 * 1024;

    /// <summary>
    /// Moves a regular file below this directory to a new name below another one, whose missing directories are made. It is here or there at every moment, also
    /// across file systems and a power cut: there the copy is on the disk under its name before the original goes, so that a cut may leave both, and
    /// <see cref="RemoveIfCopiedAsync"/> ends it. No link is followed on either side or moved, and nothing is ever replaced.
    /// </summary>
    /// <param name="root">The tree that the file is in, below this directory.</param>
    /// <param name="path">The file there.</param>
    /// <param name="destination">The directory that takes it.</param>
    /// <param name="targetRoot">The tree that takes it, below that directory.</param>
    /// <param name="target">Its name there.</param>
    /// <param name="meant">The file as it was seen; another one, or one that was changed since, is not moved. Null for whatever is there.</param>
    /// <param name="cancellationToken">Ends a long copy, and nothing was moved.</param>
    /// <returns>
    /// <see cref="StoreError.Busy"/> when another file took its name meanwhile; that one stays where it is. After any error the file is where it was, or it is whole
    /// under its new name alone and only the disk did not say that it will stay so.
    /// </returns>
    public async ValueTask<StoreError> MoveAsync(
        VaultPath root, VaultPath path, LocalVaults destination, VaultPath targetRoot, VaultPath target, FileStamp? meant = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(target);
        var error = OpenFolder(root, path.Parent, out var from);
        using (from)
        {
            if (error != StoreError.None)
            {
                return error == StoreError.NotADirectory ? StoreError.NotFound : error;
            }

            var errno = Kernel.StatName(from, path.Name, out var status);
            if (errno != Errno.None || status.Kind != FileKind.File)
            {
                return errno != Errno.None ? Errno.ToStoreError(errno) : status.Kind == FileKind.Directory ? StoreError.IsADirectory : StoreError.NotARegularFile;
            }

            if (meant is not null && LocalVault.Entry(path, status).Stamp != meant)
            {
                return StoreError.Busy;
            }

            var ahead = _pendingNames.Unsettled.IsEmpty ? null : _pendingNames.Unsettled.Find(status.Identity);
            error = destination.EnsureFolder(targetRoot, target.Parent, out var into);
            using (into)
            {
                if (error != StoreError.None)
                {
                    return error;
                }

                errno = Kernel.Rename(from, path.Name, into, target.Name, OpenFlags.RenameNoReplace);
                if (errno == Errno.CrossDevice)
                {
                    error = await destination.CopyInAsync(from, path.Name.ToArray(), status.Identity, into, target.Name.ToArray(), cancellationToken).ConfigureAwait(false);
                    return await WhenSettledAsync(ahead, error == StoreError.None ? SyncIfDurable(from) : error).ConfigureAwait(false);
                }

                // A new version may have taken the name since it was looked at; it gets it back, unless yet another one has it.
                if (errno == Errno.None && Kernel.StatName(into, target.Name, out var moved) == Errno.None && moved.Identity != status.Identity
                    && Kernel.Rename(into, target.Name, from, path.Name, OpenFlags.RenameNoReplace) == Errno.None)
                {
                    return StoreError.Busy;
                }

                error = errno == Errno.None ? destination.SyncIfDurable(into) : Errno.ToStoreError(errno);
                return await WhenSettledAsync(ahead, error == StoreError.None ? SyncIfDurable(from) : error).ConfigureAwait(false);
            }
        }
    }

    /// <summary>As with a rename by a session: what is recorded of the move comes behind the row of the upload.</summary>
    private static async ValueTask<StoreError> WhenSettledAsync(Task? ahead, StoreError error)
    {
        await (error == StoreError.None && ahead is not null ? ahead : Task.CompletedTask).ConfigureAwait(false);
        return error;
    }

    /// <summary>Removes a file if another one has the same content: what is left of a move across file systems that was cut off. The other one is on the disk before.</summary>
    /// <param name="root">The tree that the file is in, below this directory.</param>
    /// <param name="path">The file there.</param>
    /// <param name="other">The directory that has the other.</param>
    /// <param name="otherPath">The other file.</param>
    /// <param name="cancellationToken">Ends a long comparison, and nothing was removed.</param>
    /// <returns><see cref="StoreError.AlreadyExists"/> when the contents differ.</returns>
    public async ValueTask<StoreError> RemoveIfCopiedAsync(VaultPath root, VaultPath path, LocalVaults other, VaultPath otherPath, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(other);
        ArgumentNullException.ThrowIfNull(otherPath);
        var error = OpenFolder(root, path.Parent, out var from);
        using var folder = from;
        if (error != StoreError.None)
        {
            return error;
        }

        error = other.OpenFolder(VaultPath.Root, otherPath.Parent, out var beside);
        using var otherFolder = beside;
        if (error != StoreError.None)
        {
            return error;
        }

        var errno = Kernel.OpenName(from, path.Name, OpenFlags.ReadFile | OpenFlags.NoFollow, 0, out var file);
        using var opened = file;
        if (errno != Errno.None)
        {
            return Errno.ToStoreError(errno);
        }

        errno = Kernel.OpenName(beside, otherPath.Name, OpenFlags.ReadFile | OpenFlags.NoFollow, 0, out var copy);
        using var otherOpened = copy;
        if (errno != Errno.None)
        {
            // A link, or a directory: it has the name.
            return errno is Errno.Loop or Errno.NoEntry ? StoreError.AlreadyExists : Errno.ToStoreError(errno);
        }

        errno = Kernel.Stat(file, out var status);
        error = errno == Errno.None ? await CompareAsync(file, status, copy, cancellationToken).ConfigureAwait(false) : Errno.ToStoreError(errno);
        error = error == StoreError.None && other.IsDurable ? Errno.ToStoreError(Kernel.Sync(copy)) : error;
        error = error == StoreError.None ? other.SyncIfDurable(beside) : error;
        error = error == StoreError.None ? Temporaries.RemoveOnly(from, path.Name, status.Identity) : error;
        return error == StoreError.None ? SyncIfDurable(from) : error;
    }

    /// <summary>Removes a file; not durable, so that a power cut may bring it back.</summary>
    /// <param name="path">The file below this directory.</param>
    public StoreError Remove(VaultPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var error = OpenFolder(VaultPath.Root, path.Parent, out var folder);
        using (folder)
        {
            return error == StoreError.None ? Errno.ToStoreError(Kernel.Unlink(folder, path.Name, 0)) : error;
        }
    }

    private bool IsDurable => _options.Durability == Durability.Full;

    /// <summary>The copy is whole and synced under its name before the original goes.</summary>
    private async ValueTask<StoreError> CopyInAsync(
        FileDescriptor from, byte[] name, FileIdentity meant, FileDescriptor into, byte[] target, CancellationToken cancellationToken)
    {
        var errno = Kernel.OpenName(from, name, OpenFlags.ReadFile | OpenFlags.NoFollow, 0, out var source);
        using (source)
        {
            if (errno != Errno.None)
            {
                return Errno.ToStoreError(errno);
            }

            errno = Kernel.Stat(source, out var status);
            if (errno != Errno.None || status.Identity != meant)
            {
                return errno == Errno.None ? StoreError.Busy : Errno.ToStoreError(errno);
            }

            var temporary = Temporaries.NewName();
            errno = Kernel.OpenName(into, temporary, OpenFlags.NewFile, CopyPermissions, out var copy);
            using (copy)
            {
                // As an upload's: without it a sweep would take a copy that is being made for what a crash left.
                if (errno == Errno.None)
                {
                    Kernel.TryLock(copy);
                }

                var error = errno == Errno.None ? await CopyAsync(source, status, copy, cancellationToken).ConfigureAwait(false) : Errno.ToStoreError(errno);
                if (error == StoreError.None)
                {
                    error = Errno.ToStoreError(Kernel.Rename(into, temporary, into, target, OpenFlags.RenameNoReplace));
                }

                if (error != StoreError.None)
                {
                    Kernel.Unlink(into, temporary, 0);
                    return error;
                }

                error = SyncIfDurable(into);
                error = error == StoreError.None ? Temporaries.RemoveOnly(from, name, status.Identity) : error;
                if (error != StoreError.None && Kernel.Stat(copy, out var made) == Errno.None)
                {
                    // The original stays, or a new version has its name by now: the copy must not look as if it had been moved.
                    Temporaries.RemoveOnly(into, target, made.Identity);
                }

                return error;
            }
        }
    }

    private async ValueTask<StoreError> CopyAsync(FileDescriptor source, Statx status, FileDescriptor copy, CancellationToken cancellationToken)
    {
        var (error, copied) = await RangeCopy.CopyAsync(_options.Calls, source, 0, copy, 0, (long)status.Size, cancellationToken).ConfigureAwait(false);
        if (error != StoreError.None || copied != (long)status.Size)
        {
            return error == StoreError.None ? StoreError.InputOutput : error;
        }

        var errno = Kernel.ChangeMode(copy, status.Permissions);
        errno = errno == Errno.None ? Kernel.SetTimes(copy, status.AccessSeconds, status.ModificationSeconds) : errno;
        return Errno.ToStoreError(errno == Errno.None && IsDurable ? Kernel.Sync(copy) : errno);
    }

    private static async ValueTask<StoreError> CompareAsync(FileDescriptor one, Statx status, FileDescriptor other, CancellationToken cancellationToken)
    {
        var errno = Kernel.Stat(other, out var second);
        if (errno != Errno.None || status.Kind != FileKind.File || second.Kind != FileKind.File || status.Size != second.Size)
        {
            return errno == Errno.None ? StoreError.AlreadyExists : Errno.ToStoreError(errno);
        }

        var (x, y) = (ArrayPool<byte>.Shared.Rent(CompareBuffer), ArrayPool<byte>.Shared.Rent(CompareBuffer));
        try
        {
            for (var offset = 0L; offset < (long)status.Size; offset += CompareBuffer)
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    return StoreError.Abandoned;
                }

                var errors = (Kernel.Read(one, offset, x.AsSpan(0, CompareBuffer), out var read), Kernel.Read(other, offset, y.AsSpan(0, CompareBuffer), out var against));
                if (errors is not (Errno.None, Errno.None))
                {
                    return StoreError.InputOutput;
                }

                if (!x.AsSpan(0, read).SequenceEqual(y.AsSpan(0, against)))
                {
                    return StoreError.AlreadyExists;
                }

                // Of terabytes, too: others' work gets onto the thread in between.
                await Task.Yield();
            }

            return StoreError.None;
        }
        finally
        {
            // A customer's data must not wait there for whoever rents the buffers next.
            ArrayPool<byte>.Shared.Return(x, clearArray: true);
            ArrayPool<byte>.Shared.Return(y, clearArray: true);
        }
    }

    /// <summary>A folder of a tree. The tree's own path is opened by itself, since both together may be longer than any path may be.</summary>
    private StoreError OpenFolder(VaultPath root, VaultPath folder, out FileDescriptor directory)
    {
        directory = FileDescriptor.Closed;
        var errno = OpenDirectory(root, out var tree);
        using (tree)
        {
            errno = errno == Errno.None ? Kernel.OpenBeneath(tree, folder.Bytes, OpenFlags.DirectoryPath, OpenFlags.ResolveNoSymbolicLinks, out directory) : errno;
            return Errno.ToStoreError(errno);
        }
    }

    private StoreError EnsureFolder(VaultPath root, VaultPath folder, out FileDescriptor directory)
    {
        var error = OpenFolder(root, folder, out directory);
        if (error != StoreError.NotFound)
        {
            return error;
        }

        directory.Dispose();
        error = VaultPath.TryParse([.. root.IsRoot ? [] : root.Bytes, .. folder.Bytes], VaultPath.Root, out var whole) == VaultPathError.None
            ? EnsureDirectory(whole!)
            : StoreError.NameTooLong;
        return error == StoreError.None ? OpenFolder(root, folder, out directory) : error;
    }

    private int OpenDirectory(VaultPath path, out FileDescriptor directory) =>
        Kernel.OpenBeneath(_directory, path.Bytes, OpenFlags.DirectoryPath, OpenFlags.ResolveNoSymbolicLinks, out directory);

    private StoreError SyncIfDurable(FileDescriptor pinned) => IsDurable ? Errno.ToStoreError(Sync(pinned)) : StoreError.None;
}
