using Waybill.Storage.EventLoop;
using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>Cut-off uploads of this store's login, which it alone sees and goes on with (promise D7).</summary>
internal sealed partial class LocalFileStore
{
    /// <summary>Partials that this session was shown and has not opened yet, the newest ones.</summary>
    public const int RememberedPartials = 256;

    private readonly UploadNames? _names;
    private readonly KeptPartials _partials;
    private readonly List<VaultPath> _shown = [];

    public long MaximumPartialBytes => _options.MaximumPartialBytes;

    private bool MayHavePartials => _names is not null && _partials.MayHave(_names.Owner);

    /// <summary>An upload was set aside under its kept name.</summary>
    public void Keep(FileDescriptor directory, byte[] hidden, FileDescriptor file)
    {
        _partials.SyncDirectory(directory);
        if (Kernel.Stat(file, out var status) == Errno.None)
        {
            _partials.Add(directory, hidden, _names!.Owner, status);
        }
    }

    /// <summary>The login's kept partial for a name is of no use any more.</summary>
    public void DiscardKept(FileDescriptor directory, ReadOnlySpan<byte> name)
    {
        if (MayHavePartials && UploadNames.CanResume(name))
        {
            var hidden = _names!.Kept(name);
            if (RemoveIfDead(directory, hidden))
            {
                _partials.Forget(directory, hidden, _names.Owner);
            }
        }
    }

    /// <summary>An OPEN stays on the event loop: it takes only the name away there, and what may be gigabytes is freed by a thread that may block.</summary>
    private bool RemoveIfDead(FileDescriptor directory, ReadOnlySpan<byte> hidden)
    {
        var isGone = Temporaries.UnlinkIfDead(directory, hidden, out var file);
        if (!isGone)
        {
            file.Dispose();
        }
        else if (PoolThread.IsHere)
        {
            Calls.CloseUnnamed(file);
        }
        else
        {
            BlockingThreads.Shared.Run(() => Calls.CloseUnnamed(file));
        }

        return isGone;
    }

    /// <summary>
    /// In a listing: whether a hidden entry is a partial of this login that is to be shown under its target's name, which begins at <paramref name="start"/>.
    /// </summary>
    public bool ShowsPartial(FileDescriptor directory, ReadOnlySpan<byte> hidden, out int start, out FileAttributes attributes)
    {
        attributes = default;
        start = _names?.TargetIn(hidden, out _) ?? 0;
        if (start == 0 || Kernel.StatName(directory, hidden[start..], out _) != Errno.NoEntry)
        {
            return false;
        }

        // Of two for one name, the one that would be adopted.
        var name = hidden[start..];
        if (!TryFindPartial(directory, name, out var found, out var status) || !hidden.SequenceEqual(found))
        {
            return false;
        }

        attributes = ShowUnfinished(status);
        return true;
    }

    /// <summary>The partial that an OPEN without TRUNC would go on with.</summary>
    private bool TryFindPartial(VaultPath path, FileRights needed, out Statx status)
    {
        status = default;
        if (!MayHavePartials || path.IsRoot || _jail.OpenParent(path, needed, out var location) != StoreError.None)
        {
            return false;
        }

        using (location)
        {
            return TryFindPartial(location.Directory, location.Name, out _, out status);
        }
    }

    private bool TryFindPartial(FileDescriptor directory, ReadOnlySpan<byte> name, out byte[] hidden, out Statx status)
    {
        status = default;
        hidden = [];
        if (!UploadNames.CanResume(name))
        {
            return false;
        }

        // Only until the walk at the start has been everywhere can there be an upload that a killed server left.
        if (!_partials.IsComplete)
        {
            hidden = _names!.Running(name);
            if (IsPartial(directory, hidden, out status) && IsDead(directory, hidden))
            {
                return true;
            }
        }

        hidden = _names!.Kept(name);
        return IsPartial(directory, hidden, out status);
    }

    /// <summary>The login does not want to go on with it (rclone and WinSCP remove what they could not finish).</summary>
    private bool RemovePartial(in Location location)
    {
        if (!MayHavePartials || !TryFindPartial(location.Directory, location.Name, out var hidden, out _) || !Temporaries.RemoveIfDead(location.Directory, hidden))
        {
            return false;
        }

        _partials.Forget(location.Directory, hidden, _names!.Owner);
        return true;
    }

    /// <summary>The login may read what it sent.</summary>
    private bool TryOpenPartial(VaultPath path, out FileDescriptor file)
    {
        file = FileDescriptor.Closed;
        if (!MayHavePartials || path.IsRoot || _jail.OpenParent(path, FileRights.Read, out var location) != StoreError.None)
        {
            return false;
        }

        using (location)
        {
            return TryFindPartial(location.Directory, location.Name, out var hidden, out _)
                && Kernel.OpenName(location.Directory, hidden, OpenFlags.ReadFile | OpenFlags.NoFollow, 0, out file) == Errno.None;
        }
    }

    /// <summary>Whether it is there, and how it is shown.</summary>
    private bool IsPartial(FileDescriptor directory, ReadOnlySpan<byte> hidden, out Statx status)
    {
        if (Kernel.StatName(directory, hidden, out status) != Errno.None || status.Kind != FileKind.File || ShownLength(status) <= 0 || _partials.IsOver(status))
        {
            return false;
        }

        status.Size = (ulong)ShownLength(status);
        return true;
    }

    private long ShownLength(in Statx status) => (long)status.Size - _names!.HeldBack;

    private static bool IsDead(FileDescriptor directory, ReadOnlySpan<byte> hidden)
    {
        if (Kernel.OpenName(directory, hidden, OpenFlags.ReadFile | OpenFlags.NoFollow, 0, out var file) != Errno.None)
        {
            return false;
        }

        using (file)
        {
            return Kernel.TryLock(file) == Errno.None;
        }
    }

    private FileAttributes ShowUnfinished(in Statx status) =>
        Show(status) with { Permissions = _options.FilePermissions & ~_options.CreationMask, IsUnfinished = true };

    /// <summary>Remembers that the client knows of a partial: an OPEN that relies on it must not begin an empty file when it is gone by then.</summary>
    private FileAttributes ShowUnfinished(VaultPath path, in Statx status)
    {
        lock (_uploadsLock)
        {
            _shown.Remove(path);
            if (_shown.Count == RememberedPartials)
            {
                _shown.RemoveAt(0);
            }

            _shown.Add(path);
        }

        return ShowUnfinished(status);
    }

    private bool WasShown(VaultPath path, bool forget)
    {
        lock (_uploadsLock)
        {
            return forget ? _shown.Remove(path) : _shown.Contains(path);
        }
    }

    /// <summary>
    /// Goes on with the login's partial at <paramref name="location"/>, which is taken over unless the answer is <see cref="StoreError.NotFound"/>. The lock
    /// makes it exclusive: of two sessions one gets it, the other is told that it is busy.
    /// </summary>
    private StoreError Resume(Location location, OpenModes modes, int? permissions, out IOpenFile? file)
    {
        file = null;
        if (!TryFindPartial(location.Directory, location.Name, out var hidden, out _))
        {
            return StoreError.NotFound;
        }

        lock (_uploadsLock)
        {
            var error = _uploads.Count < _options.MaximumUploads && _budget.TryTake() ? StoreError.None : StoreError.TooManyOpenFiles;
            if (error == StoreError.None)
            {
                error = Adopt(location.Directory, location.Name, ref hidden, out var taken, out var length);
                if (error == StoreError.None)
                {
                    taken!.Budget = _budget;
                    var target = new UploadTarget(
                        location.Directory, location.Name.ToArray(), !Allows(location.Path, FileRights.Overwrite), StoreError.PermissionDenied);
                    var upload = new Upload(this, taken, hidden, target, modes, (permissions ?? _options.FilePermissions) & PermissionMask & ~_options.CreationMask);
                    upload.MayBeKept(_names!, isFindable: true, mustStartAtZero: false);
                    upload.GoOnAt(length);
                    _uploads.Add(upload);
                    _shown.Remove(location.Path);
                    file = upload;
                    return StoreError.None;
                }

                _budget.Return();
            }

            if (error != StoreError.NotFound)
            {
                location.Dispose();
            }

            return error;
        }
    }

    /// <summary>Takes the lock and gives the partial the name of a running upload again: from now on its end may be unsynced.</summary>
    private StoreError Adopt(FileDescriptor directory, ReadOnlySpan<byte> name, ref byte[] hidden, out FileDescriptor? taken, out long length)
    {
        length = 0;
        taken = null;
        var errno = Kernel.OpenName(directory, hidden, OpenFlags.ExistingFile, 0, out var file);
        if (errno != Errno.None)
        {
            return Errno.ToStoreError(errno);
        }

        var running = _names!.Running(name);
        var isTaken = Kernel.TryLock(file) == Errno.None
            && Kernel.Stat(file, out var status) == Errno.None
            && Kernel.StatName(directory, hidden, out var named) == Errno.None && named.Identity == status.Identity
            && (hidden.AsSpan().SequenceEqual(running) || Kernel.Rename(directory, hidden, directory, running, OpenFlags.RenameNoReplace) == Errno.None)
            && Kernel.StatName(directory, running, out named) == Errno.None && named.Identity == status.Identity
            && Kernel.Stat(file, out status) == Errno.None
            && (length = ShownLength(status)) > 0
            && Kernel.SetLength(file, length) == Errno.None;
        if (!isTaken)
        {
            file.Dispose();
            return StoreError.Busy;
        }

        // On the disk before a byte is added: under the old name a power cut would leave unsynced bytes that look synced.
        _partials.Forget(directory, hidden, _names.Owner);
        _partials.SyncDirectory(directory);
        hidden = running;
        taken = file;
        return StoreError.None;
    }
}
