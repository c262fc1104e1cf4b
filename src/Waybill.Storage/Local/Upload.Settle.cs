using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>
/// The version that an upload replaces (promise D3). The new one is exchanged with it, so that it lies under the temporary's name until the new one is recorded;
/// then it is removed, or exchanged back. A new file has none. The name is claimed until then in either case: whoever commits to it next is recorded next.
/// </summary>
internal sealed partial class Upload
{
    private Replacement? _replacement;
    private UnsettledNames.Claim? _name;
    private FileIdentity _identity;

    public override ValueTask SettleAsync(bool recorded)
    {
        Settle(recorded);
        return ValueTask.CompletedTask;
    }

    /// <summary>Claims the name and puts it in place.</summary>
    private int PutInPlace(UploadTarget target, out Task? ahead)
    {
        ahead = null;
        var errno = Kernel.Stat(target.Directory, out var directory);
        errno = errno == Errno.None ? Identify() : errno;
        if (errno != Errno.None)
        {
            return errno;
        }

        var name = Store.Unsettled.TryClaim(directory.Identity, target.Name, _identity, out ahead);
        if (name is null)
        {
            return Errno.None;
        }

        // Whatever happens: a claim that never ends keeps everybody away from the name.
        errno = Errno.InputOutput;
        try
        {
            errno = target.MustBeNew ? Store.Calls.Publish(_home, _temporary, target.Directory, target.Name, OpenFlags.RenameNoReplace) : PutOrExchange(target);
        }
        finally
        {
            if (errno != Errno.None)
            {
                name.End(recorded: false);
            }
        }

        if (errno == Errno.None)
        {
            name.Placed();
            Volatile.Write(ref _name, name);
        }

        return errno;
    }

    /// <summary>Known already where somebody has asked for the attributes, as whoever records the upload does.</summary>
    private int Identify()
    {
        if (_identity != default)
        {
            return Errno.None;
        }

        var errno = Kernel.Stat(File, out var status);
        _identity = status.Identity;
        return errno;
    }

    /// <summary>Whether there is a file or not: what was there when the upload began tells what to try first.</summary>
    private int PutOrExchange(UploadTarget target)
    {
        var replaces = Replaces is not null;
        for (var attempts = 0; attempts <= Jail.MaximumRetries; attempts++)
        {
            var errno = replaces
                ? Exchange(target)
                : Store.Calls.Publish(_home, _temporary, target.Directory, target.Name, OpenFlags.RenameNoReplace);
            if (errno == Errno.Invalid)
            {
                // NFS knows neither flag. The old version is gone then, whatever becomes of the record.
                return Store.Calls.Publish(_home, _temporary, target.Directory, target.Name, 0);
            }

            if (errno != (replaces ? Errno.NoEntry : Errno.Exists))
            {
                return errno;
            }

            replaces = !replaces;
        }

        return Errno.Busy;
    }

    private int Exchange(UploadTarget target)
    {
        // What a crash leaves must not be found as if it were an upload that was cut off.
        var errno = TakePlainName();

        // Locked before it has a temporary's name, so that no sweep takes it. Shared: programs in .NET that read it hold such a lock, and ask for one.
        var old = Lock(target.Directory, target.Name);
        errno = errno == Errno.None ? Store.Calls.Publish(_home, _temporary, target.Directory, target.Name, OpenFlags.RenameExchange) : errno;
        if (errno != Errno.None)
        {
            old.Dispose();
            return errno;
        }

        var found = Kernel.StatName(_home, _temporary, out var status) == Errno.None ? status.Kind : FileKind.Other;
        if (found == FileKind.Directory)
        {
            // A rename would have refused it.
            Kernel.Rename(_home, _temporary, target.Directory, target.Name, OpenFlags.RenameExchange);
            old.Dispose();
            return Errno.IsADirectory;
        }

        if (found == FileKind.File && (old.IsInvalid || Kernel.Stat(old, out var locked) != Errno.None || locked.Identity != status.Identity))
        {
            // Another process has replaced it in between.
            old.Dispose();
            old = Lock(_home, _temporary);
        }

        Volatile.Write(ref _replacement, new Replacement(target, old));
        return Errno.None;
    }

    private static FileDescriptor Lock(FileDescriptor directory, ReadOnlySpan<byte> name)
    {
        if (Kernel.OpenName(directory, name, OpenFlags.ReadFile | OpenFlags.NoFollow, 0, out var file) == Errno.None)
        {
            Kernel.TryLockShared(file);
        }

        return file;
    }

    /// <summary>The name is in place, and perhaps the entry not on the disk.</summary>
    private void EndPublished(StoreError error)
    {
        if (_replacement is null)
        {
            Close();
            if (error != StoreError.None)
            {
                Settle(recorded: false);
            }
        }
        else if (error != StoreError.None)
        {
            Settle(recorded: false);
        }
        else
        {
            // It is no upload any more: whoever asks for the path now means the file.
            Store.Forget(this);
        }
    }

    private void Settle(bool recorded)
    {
        // Taken once: by the next time the name may be another's.
        var name = Interlocked.Exchange(ref _name, null);
        try
        {
            if (Interlocked.Exchange(ref _replacement, null) is { } replacement)
            {
                Settle(replacement, recorded);
            }
        }
        finally
        {
            name?.End(recorded);
        }
    }

    private void Settle(Replacement replacement, bool recorded)
    {
        using (replacement.Old)
        {
            if (!recorded)
            {
                TakeBack(replacement.Target);
            }

            Kernel.Unlink(_home, _temporary, 0);
            if (!recorded && Store.SyncDirectory(replacement.Target.Directory) == StoreError.None && replacement.Target.Directory != _home)
            {
                Store.SyncDirectory(_home);
            }

            Close();
        }
    }

    /// <summary>Leaves under the temporary's name what nobody needs: the new version, or the old one where somebody has removed or renamed the new one meanwhile.</summary>
    private void TakeBack(UploadTarget target)
    {
        lock (Store.Changes)
        {
            _space?.Withdraw();
            if (Kernel.Stat(File, out var own) != Errno.None
                || Kernel.StatName(target.Directory, target.Name, out var there) != Errno.None || there.Identity != own.Identity)
            {
                return;
            }

            var errno = Kernel.Rename(_home, _temporary, target.Directory, target.Name, OpenFlags.RenameExchange);
            if (errno == Errno.None && Kernel.StatName(_home, _temporary, out var taken) == Errno.None && taken.Identity != own.Identity)
            {
                // Replaced in this very moment, by a rename: that one stays.
                errno = Kernel.Rename(_home, _temporary, target.Directory, target.Name, OpenFlags.RenameExchange);
            }

            if (errno is not (Errno.None or Errno.NoEntry))
            {
                // A disk that does not even rename: the operator finds the old version.
                Kernel.Rename(_home, _temporary, _home, Temporaries.NewQuarantineName(), OpenFlags.RenameNoReplace);
            }
        }
    }

    /// <param name="Target">Where the new version is.</param>
    /// <param name="Old">The old one, locked; closed if it is no file or cannot be opened.</param>
    private sealed record Replacement(UploadTarget Target, FileDescriptor Old);
}
