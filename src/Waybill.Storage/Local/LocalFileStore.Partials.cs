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

    /// <summary>Sets an upload aside under its kept name, unless what lies there began later.</summary>
    public bool Keep(FileDescriptor directory, byte[] temporary, byte[] hidden, FileDescriptor file, long order) =>
        _partials.Keep(directory, temporary, hidden, _names!.Owner, file, order);

    /// <summary>What other sessions of the login are sending to a name since before the upload of that order is of no use any more.</summary>
    public void Overtake(FileDescriptor directory, ReadOnlySpan<byte> name, long order) => _pendingNames.Running.Overtake(_names!.Owner, directory, name, order);

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
    /// In a listing of <paramref name="path"/>: whether a hidden entry is a partial of this login that is to be shown under its target's name, which begins at
    /// <paramref name="start"/>.
    /// </summary>
    public bool ShowsPartial(VaultPath path, FileDescriptor directory, ReadOnlySpan<byte> hidden, out int start, out FileAttributes attributes)
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

        // A name that is no path's cannot be opened either.
        VaultPath.TryParse(name, path, out var shown);
        attributes = shown is null ? ShowUnfinished(status) : ShowUnfinished(shown, status);
        return true;
    }

    /// <summary>How the partial that an OPEN without TRUNC would go on with is shown.</summary>
    private bool TryShowPartial(VaultPath path, out FileAttributes attributes)
    {
        attributes = default;
        if ((!MayHavePartials && !HasShown) || path.IsRoot || _jail.OpenParent(path, FileRights.List, out var location) != StoreError.None)
        {
            return false;
        }

        using (location)
        {
            if (MayHavePartials && TryFindPartial(location.Directory, location.Name, out _, out var status))
            {
                attributes = ShowUnfinished(location.Path, status);
                return true;
            }

            // The client is told that there is none.
            WasShown(location.Path, forget: true);
            return false;
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

        // Before what was still running at a kill: it is set aside by whoever began later, or the running one would have gone on with it or discarded it.
        hidden = _names!.Kept(name);
        if (IsPartial(directory, hidden, out status))
        {
            return true;
        }

        // Only until the walk at the start has been everywhere can there be an upload that a killed server left.
        if (_partials.IsComplete)
        {
            return false;
        }

        hidden = _names.Running(name);
        return IsPartial(directory, hidden, out status) && IsDead(directory, hidden);
    }

    /// <summary>The login does not want to go on with it (rclone and WinSCP remove what they could not finish).</summary>
    private bool RemovePartial(in Location location)
    {
        if (!MayHavePartials || !TryFindPartial(location.Directory, location.Name, out var hidden, out _) || !Temporaries.RemoveIfDead(location.Directory, hidden))
        {
            return false;
        }

        _partials.Forget(location.Directory, hidden, _names!.Owner);
        Overtake(location.Directory, location.Name, _partials.NextOrder());
        WasShown(location.Path, forget: true);
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

    /// <summary>Remembers that the client knows of a partial, by its real path: an OPEN that relies on it must not begin an empty file when it is gone by then.</summary>
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

    private bool HasShown
    {
        get
        {
            lock (_uploadsLock)
            {
                return _shown.Count > 0;
            }
        }
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

        StoreError error;
        lock (_uploadsLock)
        {
            error = TakePlace();
            _resuming += error == StoreError.None ? 1 : 0;
        }

        if (error == StoreError.None)
        {
            // Without the lock: the disk is waited for, and the session's other requests ask what it uploads.
            error = Adopt(location.Directory, location.Name, ref hidden, out var taken, out var length);
            lock (_uploadsLock)
            {
                _resuming--;
                if (error == StoreError.None)
                {
                    file = Resumed(location, modes, permissions, taken!, hidden, length);
                    return StoreError.None;
                }
            }

            _budget.Return();
        }

        if (error != StoreError.NotFound)
        {
            location.Dispose();
        }

        return error;
    }

    /// <summary>A place among the uploads of this session and the open files of its root. Under <see cref="_uploadsLock"/>.</summary>
    private StoreError TakePlace() =>
        _uploads.Count + _resuming < _options.MaximumUploads && _budget.TryTake() ? StoreError.None : StoreError.TooManyOpenFiles;

    private Upload Resumed(Location location, OpenModes modes, int? permissions, FileDescriptor taken, byte[] hidden, long length)
    {
        taken.Budget = _budget;
        var target = new UploadTarget(location.Directory, location.Name.ToArray(), location.Path, !Allows(location.Path, FileRights.Overwrite), StoreError.PermissionDenied);
        var upload = new Upload(this, taken, hidden, target, modes, (permissions ?? _options.FilePermissions) & PermissionMask & ~_options.CreationMask);
        upload.MayBeKept(_names!, _partials.NextOrder(), isFindable: true, mustStartAtZero: false);
        upload.GoOnAt(length);
        _pendingNames.Running.Add(_names!.Owner, upload);
        _uploads.Add(upload);
        _shown.Remove(location.Path);
        return upload;
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
        var wasRunning = hidden.AsSpan().SequenceEqual(running);
        var order = _partials.OrderOf(directory, hidden, _names.Owner);
        if (!Temporaries.TryLock(directory, hidden, file) || (!wasRunning && !GiveRunningName(directory, hidden, running)))
        {
            file.Dispose();
            return StoreError.Busy;
        }

        // On the disk before a byte is added: under the old name a power cut would leave unsynced bytes that look synced.
        _partials.Forget(directory, hidden, _names.Owner);
        if (_partials.SyncDirectory(directory) != StoreError.None
            || Kernel.Stat(file, out var status) != Errno.None
            || (length = ShownLength(status)) <= 0
            || Kernel.SetLength(file, length) != Errno.None)
        {
            // Back to where it was, unless a later one has taken its place meanwhile.
            if (!wasRunning && !_partials.Keep(directory, running, hidden, _names.Owner, file, order))
            {
                Kernel.Unlink(directory, running, 0);
            }

            file.Dispose();
            return StoreError.Busy;
        }

        hidden = running;
        taken = file;
        return StoreError.None;
    }

    /// <summary>What a killed server left under the running name is older.</summary>
    private bool GiveRunningName(FileDescriptor directory, byte[] hidden, byte[] running)
    {
        var errno = Kernel.Rename(directory, hidden, directory, running, OpenFlags.RenameNoReplace);
        return errno == Errno.None
            || (errno == Errno.Exists && RemoveIfDead(directory, running)
                && Kernel.Rename(directory, hidden, directory, running, OpenFlags.RenameNoReplace) == Errno.None);
    }
}
