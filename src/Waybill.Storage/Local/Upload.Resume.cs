using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>
/// What of an upload can be gone on with after its session was cut off (promise D7): the bytes from the start of the file without a gap. While they come in order,
/// the temporary's own name makes it findable after a kill; a write that leaves a gap takes that name away first, so that no hole is ever taken for content.
/// </summary>
internal sealed partial class Upload
{
    private UploadNames? _owner;
    private bool _isFindable;
    private bool _mustStartAtZero;
    private long _received;
    private long _resumedAt;
    private long _kept;
    private volatile bool _isOvertaken;

    public override long ResumedAt => _resumedAt;

    public override long Kept => _kept;

    /// <summary>Of two uploads, the one that began later has the higher one.</summary>
    public long Order { get; private set; }

    /// <summary>The login wants what another of its sessions sends, or nothing.</summary>
    public void MarkOvertaken() => _isOvertaken = true;

    /// <summary>The upload makes a new file, and what comes may be kept for its login.</summary>
    /// <param name="names">The login's names.</param>
    /// <param name="order">Of two uploads, the one that began later has the higher one.</param>
    /// <param name="isFindable">Whether the temporary has the name that is looked for; another session of the login may have it.</param>
    /// <param name="mustStartAtZero">The client did not ask for an empty file: it must not go on in what is not here.</param>
    public void MayBeKept(UploadNames names, long order, bool isFindable, bool mustStartAtZero)
    {
        (_owner, Order, _isFindable, _mustStartAtZero) = (names, order, isFindable, mustStartAtZero);
    }

    /// <summary>The temporary is an adopted partial, all of whose bytes were received.</summary>
    public void GoOnAt(long length) => _length = _received = _resumedAt = length;

    private void Received(long start, long count)
    {
        if (start <= _received)
        {
            _received = Math.Max(_received, start + count);
        }

        // A client that sends again what was there has resumed from where it began (scp sends the whole file).
        _resumedAt = Math.Min(_resumedAt, start);
    }

    private void Cut(long length)
    {
        _received = Math.Min(_received, length);
        _resumedAt = Math.Min(_resumedAt, length);
    }

    /// <summary>The content will have a gap: until it is closed, nobody may find this temporary after a crash.</summary>
    private StoreError LeaveOrder()
    {
        if (_mustStartAtZero && _length == 0)
        {
            return StoreError.Busy;
        }

        return Errno.ToStoreError(TakePlainName());
    }

    /// <summary>Gives the temporary a name that is looked for by nobody.</summary>
    private int TakePlainName()
    {
        if (!_isFindable)
        {
            return Errno.None;
        }

        var name = Temporaries.NewName();
        var errno = Kernel.Rename(_home, _temporary, _home, name, OpenFlags.RenameNoReplace);
        if (errno == Errno.None)
        {
            _isFindable = false;
            _temporary = name;
        }

        return errno;
    }

    /// <summary>
    /// Cuts what is behind the first gap, syncs, and gives the temporary the name of a kept partial: only what is on the disk gets it. Nothing is kept where a
    /// version of the file can be seen: its size, not the partial's, is what everybody is told. Nor where the login has begun the file anew since.
    /// </summary>
    private bool SetAside()
    {
        if (_owner is null || _received <= _owner.HeldBack || _failure != StoreError.None || _removed || _received > Store.MaximumPartialBytes
            || Kernel.StatName(_home, _target.Name, out _) != Errno.NoEntry || _isOvertaken)
        {
            return false;
        }

        if (Kernel.SetLength(File, _received) != Errno.None || (Store.IsDurable && SyncFile() != StoreError.None))
        {
            return false;
        }

        if (!Store.Keep(_home, _temporary, _owner.Kept(_target.Name), File, Order))
        {
            return false;
        }

        _kept = _received - _owner.HeldBack;
        NotePlace(_target);
        return true;
    }
}
