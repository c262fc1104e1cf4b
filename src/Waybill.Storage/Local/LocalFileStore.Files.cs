using Waybill.Storage.Local.Native;
using Waybill.Storage.Quotas;

namespace Waybill.Storage.Local;

/// <summary>Opening files, and the uploads that are open.</summary>
internal sealed partial class LocalFileStore
{
    /// <summary>Forgets an upload that has ended.</summary>
    public void Forget(Upload upload)
    {
        bool wasOpen;
        lock (_uploadsLock)
        {
            wasOpen = _uploads.Remove(upload);
        }

        if (wasOpen)
        {
            // Once: by the next time the name may be another's.
            upload.Claim?.Dispose();
            if (_names is not null)
            {
                _pendingNames.Running.Remove(_names.Owner, upload);
            }
        }
    }

    /// <summary>Opens a pinned directory so that it can be synced.</summary>
    public static StoreError OpenForSync(FileDescriptor pinned, out FileDescriptor directory) =>
        Errno.ToStoreError(Kernel.OpenName(pinned, "."u8, OpenFlags.ReadDirectory, 0, out directory));

    private static async ValueTask<StoreResult<IOpenFile>> BeginWithinQuotaAsync(Upload upload, SessionQuota quota)
    {
        if (await upload.ReserveAsync(quota).ConfigureAwait(false))
        {
            return upload;
        }

        await upload.DisposeAsync().ConfigureAwait(false);
        return StoreError.QuotaExceeded;
    }

    /// <summary>Counts what was opened among the open files of this root; it is closed again when they are too many.</summary>
    private StoreError Charge(StoreError error, FileDescriptor opened)
    {
        if (error != StoreError.None)
        {
            return error;
        }

        if (!_budget.TryTake())
        {
            opened.Dispose();
            return StoreError.TooManyOpenFiles;
        }

        opened.Budget = _budget;
        return StoreError.None;
    }

    private StoreError OpenForReading(VaultPath path, out IOpenFile? file)
    {
        file = null;
        var error = _jail.Pin(path, followLink: true, FileRights.Read, out var pinned);
        if (error == StoreError.NotFound && FindUpload(path, FileRights.Read) is { } upload)
        {
            // There is no older version to show, and the client knows that the file is there: it is writing it.
            error = Charge(upload.OpenForReading(out var written), written);
            file = error == StoreError.None ? new Download(this, written, path, indirect: false) : null;
            return error;
        }

        if (error == StoreError.NotFound && TryOpenPartial(path, out var partial))
        {
            error = Charge(StoreError.None, partial);
            file = error == StoreError.None ? new Download(this, partial, path, indirect: false) : null;
            return error;
        }

        if (error != StoreError.None)
        {
            return error;
        }

        using (pinned)
        {
            error = RequireRegularFile(pinned.Kind);
            if (error != StoreError.None)
            {
                return error;
            }

            var recorded = Unsettled.IsEmpty ? null : Unsettled.Find(pinned.Status.Identity);
            error = Charge(Errno.ToStoreError(Kernel.Reopen(pinned.File, OpenFlags.ReadFile, out var opened)), opened);
            file = error == StoreError.None ? new Download(this, opened, pinned.Path, pinned.Indirect, recorded) : null;
            return error;
        }
    }

    private StoreError OpenForWriting(VaultPath path, OpenModes modes, int? permissions, out IOpenFile? file)
    {
        file = null;
        var exclusive = modes.HasFlag(OpenModes.Create | OpenModes.Exclusive);
        for (var attempts = 0; attempts <= Jail.MaximumRetries; attempts++)
        {
            var error = _jail.Pin(path, followLink: !exclusive, FileRights.Overwrite, out var existing);
            using (existing)
            {
                if (error == StoreError.None)
                {
                    error = exclusive ? StoreError.AlreadyExists : RequireRegularFile(existing.Kind);
                    return error == StoreError.None ? ReplaceFile(existing, modes, out file) : error;
                }
            }

            if (error != StoreError.NotFound)
            {
                return error;
            }

            var resumes = (modes & OpenModes.Truncate) == 0 && !exclusive;
            if (!modes.HasFlag(OpenModes.Create))
            {
                if (FindUpload(path, FileRights.Overwrite) is not null)
                {
                    return StoreError.Busy;
                }

                if (!resumes || !MayHavePartials)
                {
                    return StoreError.NotFound;
                }
            }

            error = _jail.OpenParent(path, FileRights.Create, out var location);
            if (error != StoreError.None)
            {
                return error;
            }

            if (Kernel.StatName(location.Directory, location.Name, out var status) == Errno.NoEntry)
            {
                return CreateOrResume(location, modes, resumes, permissions, out file);
            }

            location.Dispose();
            if (status.Kind == FileKind.SymbolicLink)
            {
                // A dangling link: it names no file, and nothing is created where it points.
                return StoreError.NotFound;
            }

            _jail.CountRetry();
        }

        return _jail.GiveUp();
    }

    private StoreError CreateOrResume(Location location, OpenModes modes, bool resumes, int? permissions, out IOpenFile? file)
    {
        file = null;
        var relied = WasShown(location.Path, forget: !resumes);
        var error = resumes && MayHavePartials ? Resume(location, modes, permissions, out file) : StoreError.NotFound;
        if (error != StoreError.NotFound)
        {
            return error;
        }

        if (!modes.HasFlag(OpenModes.Create) || (resumes && relied))
        {
            location.Dispose();
            return relied ? StoreError.Busy : StoreError.NotFound;
        }

        return CreateFile(location, modes, modes.HasFlag(OpenModes.Create | OpenModes.Exclusive), permissions, out file);
    }

    private StoreError CreateFile(Location location, OpenModes modes, bool exclusive, int? permissions, out IOpenFile? file)
    {
        file = null;
        var target = new UploadTarget(
            location.Directory,
            location.Name.ToArray(),
            location.Path,
            exclusive || !Allows(location.Path, FileRights.Overwrite),
            exclusive ? StoreError.AlreadyExists : StoreError.PermissionDenied);
        PendingNames.Claim? claim = null;
        if (exclusive)
        {
            // Two clients that use an exclusive open as a lock must not both get it, although neither file is visible yet.
            var errno = Kernel.Stat(location.Directory, out var status);
            if (errno != Errno.None || !_pendingNames.TryClaim(status.Identity, target.Name, out claim))
            {
                location.Dispose();
                return errno != Errno.None ? Errno.ToStoreError(errno) : StoreError.AlreadyExists;
            }
        }

        var bits = (permissions ?? _options.FilePermissions) & PermissionMask & ~_options.CreationMask;
        var error = BeginUpload(target, modes, bits, isNew: true, claim, out var upload);
        file = upload;
        return error;
    }

    private StoreError ReplaceFile(in PinnedFile existing, OpenModes modes, out IOpenFile? file)
    {
        file = null;
        if (!Allows(existing.Path, FileRights.Overwrite))
        {
            return StoreError.PermissionDenied;
        }

        var error = _jail.OpenParent(existing.Path, FileRights.Overwrite, out var location);
        if (error != StoreError.None)
        {
            return error;
        }

        FileDescriptor? source = null;
        if (!modes.HasFlag(OpenModes.Truncate))
        {
            error = Errno.ToStoreError(Kernel.Reopen(existing.File, OpenFlags.ReadFile, out source));
            if (error != StoreError.None)
            {
                location.Dispose();
                return error;
            }
        }

        var target = new UploadTarget(location.Directory, location.Name.ToArray(), location.Path, MustBeNew: false, StoreError.AlreadyExists);
        error = BeginUpload(target, modes, existing.Status.Permissions, isNew: false, claim: null, out var upload);
        if (upload is null)
        {
            source?.Dispose();
            return error;
        }

        upload.Replaces = existing.Path;
        upload.ReplacedFile = existing.Status;

        if (source is not null)
        {
            upload.BeginAsCopyOf(source, (long)existing.Status.Size);
        }

        file = upload;
        return StoreError.None;
    }

    /// <summary>A new file's temporary has a name that its login's next session finds; one that replaces a file begins anew each time.</summary>
    private byte[] NameFor(UploadTarget target, bool isNew, out bool isFindable)
    {
        isFindable = isNew && _names is not null && UploadNames.CanResume(target.Name);
        return isFindable ? _names!.Running(target.Name) : Temporaries.NewName();
    }

    private StoreError BeginUpload(UploadTarget target, OpenModes modes, int permissions, bool isNew, PendingNames.Claim? claim, out Upload? upload)
    {
        upload = null;
        var beginsAnew = (modes & (OpenModes.Truncate | OpenModes.Exclusive)) != 0;
        lock (_uploadsLock)
        {
            var error = TakePlace();
            var name = NameFor(target, isNew, out var isFindable);
            if (error == StoreError.None)
            {
                if (isNew && beginsAnew)
                {
                    DiscardKept(target.Directory, target.Name);
                }

                error = Errno.ToStoreError(MakeTemporary(target.Directory, modes, ref name, ref isFindable, out var othersRuns, out var file));
                if (error == StoreError.None)
                {
                    file.Budget = _budget;
                    upload = new Upload(this, file, name, target, modes, permissions) { Claim = claim };
                    if (isNew && _names is not null && UploadNames.CanResume(target.Name))
                    {
                        upload.MayBeKept(_names, _partials.NextOrder(), isFindable, mustStartAtZero: othersRuns && !beginsAnew);
                        _pendingNames.Running.Add(_names.Owner, upload);
                        if (beginsAnew)
                        {
                            Overtake(target.Directory, target.Name, upload.Order);
                        }
                    }

                    _uploads.Add(upload);
                    return StoreError.None;
                }

                _budget.Return();
            }

            target.Directory.Dispose();
            claim?.Dispose();
            return error;
        }
    }

    /// <summary>
    /// Makes a temporary and takes its lock. Until it is locked it looks dead: a sweep, or another session of the login that opens the same name, may take it away,
    /// and under a login's own name another one may lie there by then. So what is locked must be what has the name.
    /// </summary>
    /// <param name="directory">Where.</param>
    /// <param name="modes">How the target is opened.</param>
    /// <param name="name">The temporary's name; another one where somebody else is at it.</param>
    /// <param name="isFindable">Whether the login's next session finds it by that name.</param>
    /// <param name="othersRuns">Another session of the login is at it.</param>
    /// <param name="file">The temporary, locked.</param>
    private int MakeTemporary(FileDescriptor directory, OpenModes modes, ref byte[] name, ref bool isFindable, out bool othersRuns, out FileDescriptor file)
    {
        othersRuns = false;
        file = FileDescriptor.Closed;
        for (var attempts = 0; attempts <= Jail.MaximumRetries; attempts++)
        {
            var errno = Calls.CreateTemporary(directory, name, out file);
            if (errno == Errno.None)
            {
                // A file system without locks (NFS without lockd) has no sweep that takes one either.
                if (Temporaries.TryLock(directory, name, file, needsLock: false))
                {
                    return Errno.None;
                }

                file.Dispose();
                name = isFindable ? name : Temporaries.NewName();
            }
            else if (errno != Errno.Exists || !isFindable)
            {
                return errno;
            }
            else if (!RemoveIfDead(directory, name) && Kernel.StatName(directory, name, out _) != Errno.NoEntry)
            {
                // Not left by a kill: another session of the login is at it, whose end an append would have to know.
                (othersRuns, isFindable, name) = (true, false, Temporaries.NewName());
                if ((modes & (OpenModes.Append | OpenModes.Truncate | OpenModes.Exclusive)) == OpenModes.Append)
                {
                    return Errno.Busy;
                }
            }
        }

        return Errno.Busy;
    }

    /// <summary>The upload of this session that will be published at <paramref name="path"/>; the latest, if there are several.</summary>
    private Upload? FindUpload(VaultPath path, FileRights needed)
    {
        if (!AnyUploadNamed(path.Name) || _jail.OpenParent(path, needed, out var location) != StoreError.None)
        {
            return null;
        }

        using (location)
        {
            return FindUpload(location);
        }
    }

    private Upload? FindUpload(in Location location)
    {
        if (!AnyUploadNamed(location.Name) || Kernel.Stat(location.Directory, out var status) != Errno.None)
        {
            return null;
        }

        lock (_uploadsLock)
        {
            for (var i = _uploads.Count - 1; i >= 0; i--)
            {
                if (_uploads[i].IsFor(status.Identity, location.Name))
                {
                    return _uploads[i];
                }
            }
        }

        return null;
    }

    private bool AnyUploadNamed(ReadOnlySpan<byte> name)
    {
        lock (_uploadsLock)
        {
            foreach (var upload in _uploads)
            {
                if (upload.HasName(name))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Where a name lies now whose directory was renamed since it was opened; null where it lies as before, or where this session sees nothing of it.</summary>
    public VaultPath? Moved(FileDescriptor directory, VaultPath path) => _jail.Moved(directory, path);

    private static StoreError RequireRegularFile(FileKind kind) => kind switch
    {
        FileKind.File => StoreError.None,
        FileKind.Directory => StoreError.IsADirectory,
        FileKind.SymbolicLink => StoreError.TooManyLinks,
        _ => StoreError.NotARegularFile,
    };
}
