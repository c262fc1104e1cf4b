using System.Buffers;
using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>Hidden files of the program itself: sets that are published, held back or taken back. For stores with all rights.</summary>
internal sealed partial class LocalFileStore : IStagingStore
{
    private const int StagingBuffer = 128 * 1024;

    public async ValueTask<StoreResult<FileAttributes>> StageAsync(VaultPath target, string token, Stream content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(content);
        var name = Temporaries.StagedName(token);
        var error = _jail.OpenParent(target, FileRights.Create, out var location);
        using (location)
        {
            if (error != StoreError.None)
            {
                return error;
            }

            error = Errno.ToStoreError(Calls.CreateTemporary(location.Directory, name, out var file));
            if (error != StoreError.None)
            {
                return error;
            }

            Statx status = default;
            var done = false;
            using (file)
            {
                try
                {
                    error = await FillAsync(file, content, cancellationToken).ConfigureAwait(false);
                    error = error == StoreError.None ? Errno.ToStoreError(Kernel.ChangeMode(file, _options.FilePermissions & ~_options.CreationMask)) : error;
                    error = error == StoreError.None && IsDurable ? Errno.ToStoreError(Calls.SyncFile(file)) : error;
                    error = error == StoreError.None ? Errno.ToStoreError(Kernel.Stat(file, out status)) : error;
                    done = error == StoreError.None;
                }
                finally
                {
                    if (!done)
                    {
                        Kernel.Unlink(location.Directory, name, 0);
                    }
                }
            }

            return done ? Show(status) : error;
        }
    }

    public StoreError Show(VaultPath target, string token, bool replace)
    {
        ArgumentNullException.ThrowIfNull(target);
        var error = _jail.OpenParent(target, FileRights.Create, out var location);
        using (location)
        {
            if (error != StoreError.None)
            {
                return error;
            }

            var hidden = Temporaries.StagedName(token);
            if (!replace)
            {
                return Errno.ToStoreError(Calls.Publish(location.Directory, hidden, location.Directory, location.Name, OpenFlags.RenameNoReplace));
            }

            // A second name keeps the old version for an undo. One from a run that was killed is of the same file: the new one was not shown then.
            var errno = Kernel.StatName(location.Directory, hidden, out _);
            errno = errno == Errno.None ? Kernel.Link(location.Directory, location.Name, location.Directory, Temporaries.ReplacedName(token)) : errno;
            return errno is Errno.None or Errno.Exists || (errno == Errno.NoEntry && Kernel.StatName(location.Directory, hidden, out _) == Errno.None)
                ? Errno.ToStoreError(Calls.Publish(location.Directory, hidden, location.Directory, location.Name, 0))
                : Errno.ToStoreError(errno);
        }
    }

    public StoreError Hide(VaultPath target, string token)
    {
        ArgumentNullException.ThrowIfNull(target);
        var error = _jail.OpenParent(target, FileRights.Rename, out var location);
        using (location)
        {
            if (error != StoreError.None)
            {
                return error;
            }

            var errno = Kernel.Rename(location.Directory, location.Name, location.Directory, Temporaries.StagedName(token), OpenFlags.RenameNoReplace);
            if (errno is not (Errno.None or Errno.NoEntry))
            {
                return Errno.ToStoreError(errno);
            }

            var back = Kernel.Rename(location.Directory, Temporaries.ReplacedName(token), location.Directory, location.Name, OpenFlags.RenameNoReplace);
            return Errno.ToStoreError(back is Errno.None or Errno.NoEntry ? errno : back);
        }
    }

    public StoreError HideAs(VaultPath source, VaultPath target, string token, ulong identity)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);

        // First of all: a folder that is not there must not look like a file that is not.
        var error = _jail.OpenParent(target, FileRights.Rename, out var to);
        using (to)
        {
            if (error != StoreError.None)
            {
                return error == StoreError.NotFound ? StoreError.NotADirectory : error;
            }

            error = _jail.OpenParent(source, FileRights.Rename, out var from);
            using (from)
            {
                return error is StoreError.None or StoreError.NotFound or StoreError.NotADirectory
                    ? HideAs(error == StoreError.None ? from : null, to, Temporaries.StagedName(token), identity)
                    : error;
            }
        }
    }

    public StoreError RemoveOnly(VaultPath path, ulong identity)
    {
        ArgumentNullException.ThrowIfNull(path);
        var error = _jail.OpenParent(path, FileRights.Delete, out var location);
        using (location)
        {
            if (error != StoreError.None)
            {
                return error == StoreError.NotFound ? StoreError.None : error;
            }

            var errno = Kernel.StatName(location.Directory, location.Name, out var status);
            if (errno != Errno.None || status.Inode != identity)
            {
                return errno == Errno.None ? StoreError.Busy : errno == Errno.NoEntry ? StoreError.None : Errno.ToStoreError(errno);
            }

            lock (Changes)
            {
                error = Temporaries.RemoveOnly(location.Directory, location.Name, status.Identity);
            }

            return error == StoreError.None ? SyncDirectory(location.Directory) : error;
        }
    }

    public StoreResult<IOpenFile> OpenHidden(VaultPath target, string token)
    {
        ArgumentNullException.ThrowIfNull(target);
        var error = _jail.OpenParent(target, FileRights.Read, out var location);
        using (location)
        {
            if (error != StoreError.None)
            {
                return error;
            }

            error = Charge(
                Errno.ToStoreError(Kernel.OpenName(location.Directory, Temporaries.StagedName(token), OpenFlags.ReadFile | OpenFlags.NoFollow, 0, out var opened)), opened);
            return error == StoreError.None ? new Download(this, opened, target, indirect: false) : error;
        }
    }

    public StoreError ForgetReplaced(VaultPath target, string token) => Unlink(target, Temporaries.ReplacedName(token));

    public StoreError Discard(VaultPath target, string token) => Unlink(target, Temporaries.StagedName(token));

    public async ValueTask<IDisposable?> LockAsync(VaultPath directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        if (_jail.Pin(directory, followLink: true, FileRights.List, out var pinned) != StoreError.None)
        {
            return null;
        }

        using (pinned)
        {
            return Kernel.OpenName(pinned.File, "."u8, OpenFlags.ReadDirectory, 0, out var opened) == Errno.None
                ? await DirectoryLock.ToShowAsync(opened).ConfigureAwait(false)
                : null;
        }
    }

    public StoreError SyncDirectory(VaultPath directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        var error = _jail.Pin(directory, followLink: true, FileRights.List, out var pinned);
        if (error != StoreError.None)
        {
            return error;
        }

        using (pinned)
        {
            return SyncDirectory(pinned.File);
        }
    }

    /// <summary>
    /// The hidden name is a second one until it was looked at and is on the disk: a new version that took the first name keeps it, and a kill loses neither.
    /// </summary>
    private StoreError HideAs(Location? from, in Location to, byte[] hidden, ulong identity)
    {
        var errno = from is { } source ? Kernel.Link(source.Directory, source.Name, to.Directory, hidden) : Errno.NoEntry;
        var seen = Kernel.StatName(to.Directory, hidden, out var status);
        if (seen != Errno.None)
        {
            return Errno.ToStoreError(errno is Errno.None or Errno.Exists ? seen : errno);
        }

        if (status.Inode != identity)
        {
            if (errno == Errno.None)
            {
                Kernel.Unlink(to.Directory, hidden, 0);
            }

            return StoreError.Busy;
        }

        var error = SyncDirectory(to.Directory);
        if (error == StoreError.None && from is { } old)
        {
            error = Temporaries.RemoveOnly(old.Directory, old.Name, status.Identity);
        }

        // A new version under the old name is none of this.
        return error == StoreError.Busy ? StoreError.None : error;
    }

    private StoreError Unlink(VaultPath target, byte[] name)
    {
        ArgumentNullException.ThrowIfNull(target);
        var error = _jail.OpenParent(target, FileRights.Delete, out var location);
        using (location)
        {
            var errno = error == StoreError.None ? Kernel.Unlink(location.Directory, name, 0) : Errno.None;
            return error != StoreError.None ? error : Errno.ToStoreError(errno == Errno.NoEntry ? Errno.None : errno);
        }
    }

    private async ValueTask<StoreError> FillAsync(FileDescriptor file, Stream content, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(StagingBuffer);
        try
        {
            long length = 0;
            while (await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var count and > 0)
            {
                var error = Reserve.Take(Calls, file, count);
                error = error == StoreError.None ? Errno.ToStoreError(Calls.Write(file, length, buffer.AsSpan(0, count))) : error;
                if (error != StoreError.None)
                {
                    return error;
                }

                length += count;
            }

            return StoreError.None;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
