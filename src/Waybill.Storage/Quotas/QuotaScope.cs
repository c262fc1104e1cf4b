namespace Waybill.Storage.Quotas;

/// <summary>
/// The quota of one account or one login, shared by all sessions of the program: what the catalogue has, and what running uploads have reserved beyond it.
/// Both together never pass the limit. A version that is in place and not yet in the catalogue stays reserved, so that nothing is ever counted less than once.
/// </summary>
/// <param name="owner">Whose it is, for messages: <c>account 10042</c>.</param>
public sealed class QuotaScope(string owner)
{
    private readonly Lock _lock = new();
    private QuotaState _state = new(default, default, -1);
    private QuotaAmount _reserved;
    private int _unrecorded;

    /// <summary>Whose it is, for messages.</summary>
    public string Owner { get; } = owner;

    /// <summary>How much may be stored.</summary>
    public QuotaLimits Limits
    {
        get
        {
            lock (_lock)
            {
                return _state.Limits;
            }
        }
    }

    /// <summary>What is stored and reserved.</summary>
    public QuotaAmount Used
    {
        get
        {
            lock (_lock)
            {
                return _state.Stored + _reserved;
            }
        }
    }

    /// <summary>What running uploads hold.</summary>
    public QuotaAmount Reserved
    {
        get
        {
            lock (_lock)
            {
                return _reserved;
            }
        }
    }

    /// <summary>Held while a name in the vault is replaced or removed, so that the size which an upload gives back is the size which it replaces.</summary>
    internal Lock Changes { get; } = new();

    /// <summary>Whether a version may be counted twice at this moment: it is in the catalogue, and its upload has not said so yet.</summary>
    internal bool IsSettling
    {
        get
        {
            lock (_lock)
            {
                return _unrecorded > 0;
            }
        }
    }

    /// <summary>Takes what is positive if it fits, and gives back what is negative, which always can be.</summary>
    internal bool TryReserve(QuotaAmount change)
    {
        lock (_lock)
        {
            if (!Fits(change.Bytes, _state.Limits.Bytes, _state.Stored.Bytes + _reserved.Bytes)
                || !Fits(change.Files, _state.Limits.Files, _state.Stored.Files + _reserved.Files))
            {
                return false;
            }

            _reserved += change;
            return true;
        }
    }

    internal void Release(QuotaAmount held)
    {
        lock (_lock)
        {
            _reserved -= held;
        }
    }

    /// <summary>An upload's name is in place: what it holds waits for the catalogue.</summary>
    internal void CountUnrecorded()
    {
        lock (_lock)
        {
            _unrecorded++;
        }
    }

    /// <summary>Takes over a reading, unless a later one is known.</summary>
    internal void Update(in QuotaState state)
    {
        lock (_lock)
        {
            Take(state);
        }
    }

    /// <summary>The catalogue has what uploads held: in one step it is stored and no longer reserved.</summary>
    /// <param name="state">A reading from after the commit; null if nobody needs it, since there is no limit.</param>
    /// <param name="held">What they held.</param>
    /// <param name="uploads">How many they are.</param>
    internal void Settle(QuotaState? state, QuotaAmount held, int uploads)
    {
        lock (_lock)
        {
            if (state is { } known)
            {
                Take(known);
            }

            _reserved -= held;
            _unrecorded -= uploads;
        }
    }

    private static bool Fits(long change, long? limit, long used) => change <= 0 || limit is not { } most || used <= most - change;

    private void Take(in QuotaState state)
    {
        if (state.Revision >= _state.Revision)
        {
            _state = state;
        }
    }
}
