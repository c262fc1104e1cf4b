using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>How an upload ends.</summary>
internal sealed partial class Upload
{
    private readonly Lock _targetLock = new();
    private UploadTarget _target;
    private int _permissions;
    private AttributeChanges _times;
    private StoreError _failure;
    private bool _suspect;
    private bool _removed;
    private VaultPath? _renamedTo;
    private int _ending;

    public override VaultPath? RenamedTo => _renamedTo;

    public override bool IsRemoved => _removed;

    private UploadTarget CurrentTarget => Volatile.Read(ref _target);

    /// <summary>The name, when it was to be made exclusively.</summary>
    public PendingNames.Claim? Claim { get; init; }

    public override async ValueTask<StoreError> CommitAsync()
    {
        var error = await CommitKeepingOldAsync().ConfigureAwait(false);
        Settle(recorded: true);
        return error;
    }

    public override ValueTask<StoreError> CommitKeepingOldAsync() => CommitAsync(goesOnWhenTaken: false);

    public ValueTask<StoreResult<int>> ReadContentAsync(long offset, Memory<byte> buffer) =>
        IsClosed ? new(StoreError.BadHandle) : ReadFilledAsync(offset, buffer);

    public ValueTask<StoreError> CommitNewAsync()
    {
        lock (_targetLock)
        {
            Volatile.Write(ref _target, _target with { MustBeNew = true, IfTaken = StoreError.AlreadyExists });
        }

        return CommitAsync(goesOnWhenTaken: true);
    }

    public ValueTask<StoreError> HoldAsync(string token)
    {
        lock (_targetLock)
        {
            Volatile.Write(ref _target, _target with { Name = Temporaries.StagedName(token), MustBeNew = true, IfTaken = StoreError.InputOutput });
        }

        // Nothing of it is the login's to go on with.
        _owner = null;
        return CommitAsync(goesOnWhenTaken: false);
    }

    private async ValueTask<StoreError> CommitAsync(bool goesOnWhenTaken)
    {
        // A session that is torn down disposes its files while one may be in its commit: whoever comes first ends it.
        if (Interlocked.Exchange(ref _ending, 1) != 0)
        {
            return StoreError.BadHandle;
        }

        var error = _failure;
        if (error == StoreError.None)
        {
            // The copied tail must not undo the times that the client set after its last write.
            var times = _times;
            error = await FillAsync(_sourceLength).ConfigureAwait(false);
            if (error == StoreError.None && !times.IsEmpty)
            {
                error = Errno.ToStoreError(Store.Calls.SetTimes(File, times.AccessTime, times.ModificationTime));
            }
        }

        if (error == StoreError.None)
        {
            bool published;
            Task? ahead;
            do
            {
                lock (_targetLock)
                {
                    error = Publish(out published, out ahead);
                }

                await (ahead ?? Task.CompletedTask).ConfigureAwait(false);
            }
            while (ahead is not null);

            if (published)
            {
                EndPublished(error);
                return error;
            }
        }

        if (goesOnWhenTaken && error == StoreError.AlreadyExists)
        {
            Volatile.Write(ref _ending, 0);
            return error;
        }

        // The client has ended it: there is nothing to go on with.
        Abandon(keep: false);
        return error;
    }

    public override ValueTask DiscardAsync() => End(keep: false);

    public override ValueTask DisposeAsync() => End(keep: true);

    /// <summary>Whether this upload will be published as <paramref name="name"/> in that directory. The store calls it while it keeps the upload from closing.</summary>
    public bool IsFor(FileIdentity directory, ReadOnlySpan<byte> name)
    {
        var target = CurrentTarget;
        return target.Name.AsSpan().SequenceEqual(name) && Kernel.Stat(target.Directory, out var status) == Errno.None && status.Identity == directory;
    }

    public bool HasName(ReadOnlySpan<byte> name) => CurrentTarget.Name.AsSpan().SequenceEqual(name);

    /// <summary>The client renamed the file that it is still writing, before anyone could see it. The store calls it as it calls <see cref="IsFor"/>.</summary>
    public void Retarget(UploadTarget target, VaultPath path)
    {
        lock (_targetLock)
        {
            if (_target.Directory != _home)
            {
                _target.Directory.Dispose();
            }

            Volatile.Write(ref _target, target);
            _renamedTo = path;
        }

        // Whatever is left of it now must not be found under the name that it no longer has.
        _owner = null;
        LeaveOrder();
    }

    /// <summary>The client removed the file that it is still writing, before anyone could see it: the commit will publish nothing.</summary>
    public void Remove() => _removed = true;

    /// <summary>A second descriptor of what was written so far, for reading.</summary>
    public StoreError OpenForReading(out FileDescriptor file) => Errno.ToStoreError(Kernel.Reopen(File, OpenFlags.ReadFile, out file));

    /// <summary>
    /// The commit, in the order that promise D1 needs: content and attributes on the disk, then the name, then the directory's entry on the disk. One method,
    /// so that a later group commit can take it over as a whole.
    /// </summary>
    /// <param name="published">Whether the name is in place. An error after that means that a power cut may still undo it.</param>
    /// <param name="ahead">What is to be waited for before this is called again: another session's version of the name is not recorded yet.</param>
    private StoreError Publish(out bool published, out Task? ahead)
    {
        (published, ahead) = (false, null);
        if (_removed)
        {
            return StoreError.None;
        }

        var error = Errno.ToStoreError(Store.Calls.ChangeMode(File, _permissions));
        if (error != StoreError.None)
        {
            return error;
        }

        var target = CurrentTarget;
        if (!Store.IsDurable)
        {
            return Rename(target, out published, out ahead);
        }

        // Opened before anything is renamed: running out of descriptors must not leave a name in place that cannot be synced.
        error = Errno.ToStoreError(Store.Calls.OpenForSync(target.Directory, out var directory));
        using (directory)
        {
            var home = directory;
            if (error == StoreError.None && target.Directory != _home)
            {
                error = Errno.ToStoreError(Store.Calls.OpenForSync(_home, out home));
            }

            using (home)
            {
                error = error == StoreError.None ? SyncFile() : error;
                error = error == StoreError.None ? Rename(target, out published, out ahead) : error;
                if (ahead is not null)
                {
                    return error;
                }

                error = error == StoreError.None ? Errno.ToStoreError(Store.Calls.SyncDirectory(directory)) : error;
                return error == StoreError.None && home != directory ? Errno.ToStoreError(Store.Calls.SyncDirectory(home)) : error;
            }
        }
    }

    private StoreError Rename(UploadTarget target, out bool published, out Task? ahead)
    {
        int errno;
        lock (Store.Changes)
        {
            if (!ConfirmRoom(target))
            {
                (published, ahead) = (false, null);
                return Fail(StoreError.QuotaExceeded);
            }

            errno = PutInPlace(target, out ahead);
            published = errno == Errno.None && ahead is null;
            if (published)
            {
                NotePlace(target);
                _space?.Publish();

                // It is no temporary any more, and a program in .NET does not open what another holds locked. Closing is not enough: a process that is just being
                // started keeps a copy of the descriptor.
                Kernel.Unlock(File);
            }
        }

        if (published && _owner is not null)
        {
            // One that another session of the login left under this name would come back when the file is moved away.
            Store.DiscardKept(target.Directory, target.Name);
            Store.Overtake(target.Directory, target.Name, Order);
        }

        return errno == Errno.Exists && target.MustBeNew ? target.IfTaken : Errno.ToStoreError(errno);
    }

    private StoreError SyncFile()
    {
        var errno = Store.Calls.SyncFile(File);
        if (errno == Errno.None)
        {
            return StoreError.None;
        }

        _suspect = true;
        return Fail(Errno.ToStoreError(errno));
    }

    private ValueTask End(bool keep)
    {
        Settle(recorded: true);
        if (Interlocked.Exchange(ref _ending, 1) == 0)
        {
            Abandon(keep);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Nothing is published. What came may be kept for the login to go on with (promise D7). A temporary that the disk would not take is set aside instead of
    /// removed (promise D4).
    /// </summary>
    private void Abandon(bool keep)
    {
        if (keep && SetAside())
        {
            Close();
            return;
        }

        if (!_suspect || Kernel.Rename(_home, _temporary, _home, Temporaries.NewQuarantineName(), OpenFlags.RenameNoReplace) != Errno.None)
        {
            Kernel.Unlink(_home, _temporary, 0);
        }

        Close();
    }

    private void Close()
    {
        _space?.Release();
        Store.Forget(this);
        _source?.Dispose();
        _source = null;
        File.Dispose();
        _home.Dispose();
        CurrentTarget.Directory.Dispose();
    }
}
