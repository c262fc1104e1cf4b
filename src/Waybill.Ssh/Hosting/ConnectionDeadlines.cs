namespace Waybill.Ssh.Hosting;

/// <summary>What a connection must do because time has passed.</summary>
internal enum DeadlineAction
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Not logged in within <see cref="SshLimits.LoginTime"/>.</summary>
    LoginTimeout,

    /// <summary>An exchange took longer than <see cref="SshLimits.KeyExchangeTime"/>.</summary>
    ExchangeTimeout,

    /// <summary>The keys are as old as <see cref="SshLimits.RekeyTime"/>.</summary>
    Rekey,

    /// <summary>Ask the silent peer.</summary>
    KeepAlive,

    /// <summary>It did not answer <see cref="SshLimits.KeepAliveTries"/> times.</summary>
    PeerSilent,

    /// <summary>No channel for <see cref="SshLimits.NoChannel"/>.</summary>
    NoChannel,
}

/// <summary>
/// Every timer of a connection but the short one of <see cref="SteeringWaits"/>, as data: the connection has one system timer, set to the nearest of these. Safe from the read loop and the timer's thread.
/// </summary>
internal sealed class ConnectionDeadlines(SshLimits limits, TimeProvider time)
{
    /// <summary>The longest that the system timer sleeps.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private readonly long _accepted = time.GetTimestamp();
    private long _heard = time.GetTimestamp();
    private long? _exchangeSince;
    private long? _keysSince;
    private long _askedAt;
    private int _unanswered;
    private bool _isLoggedIn;

    /// <summary>Since the connection was accepted.</summary>
    public TimeSpan Age => time.GetElapsedTime(_accepted);

    /// <summary>The peer was read; <paramref name="something"/> came.</summary>
    public void Heard(bool something)
    {
        if (something)
        {
            Volatile.Write(ref _heard, time.GetTimestamp());
        }
    }

    public void ExchangeBegan()
    {
        lock (_lock)
        {
            _exchangeSince = time.GetTimestamp();
        }
    }

    public void ExchangeEnded()
    {
        lock (_lock)
        {
            _exchangeSince = null;
            _keysSince = time.GetTimestamp();
        }
    }

    public void LoggedIn()
    {
        lock (_lock)
        {
            _isLoggedIn = true;
        }
    }

    /// <summary>What is due; ask again until it is nothing.</summary>
    /// <param name="emptySince">Since when a logged-in connection has had no channel; null while it has one.</param>
    /// <param name="next">When to ask again.</param>
    public DeadlineAction Check(long? emptySince, out TimeSpan next)
    {
        lock (_lock)
        {
            next = Longest;
            if (!_isLoggedIn && IsOver(_accepted, limits.LoginTime, ref next))
            {
                return DeadlineAction.LoginTimeout;
            }

            if (_exchangeSince is { } exchange && IsOver(exchange, limits.KeyExchangeTime, ref next))
            {
                return DeadlineAction.ExchangeTimeout;
            }

            return _isLoggedIn ? CheckLoggedIn(emptySince, ref next) : DeadlineAction.None;
        }
    }

    private DeadlineAction CheckLoggedIn(long? emptySince, ref TimeSpan next)
    {
        if (_keysSince is { } keys && _exchangeSince is null && IsOver(keys, limits.RekeyTime, ref next))
        {
            _keysSince = null;
            return DeadlineAction.Rekey;
        }

        if (emptySince is { } empty && IsOver(empty, limits.NoChannel, ref next))
        {
            return DeadlineAction.NoChannel;
        }

        var heard = Volatile.Read(ref _heard);
        _unanswered = heard >= _askedAt ? 0 : _unanswered;
        var patience = _unanswered == 0 ? limits.KeepAlive : limits.KeepAlive / limits.KeepAliveTries;
        if (!IsOver(Math.Max(heard, _askedAt), patience, ref next))
        {
            return DeadlineAction.None;
        }

        if (_unanswered >= limits.KeepAliveTries)
        {
            return DeadlineAction.PeerSilent;
        }

        _unanswered++;
        _askedAt = time.GetTimestamp();
        return DeadlineAction.KeepAlive;
    }

    private bool IsOver(long since, TimeSpan allowed, ref TimeSpan next)
    {
        var left = allowed - time.GetElapsedTime(since);
        if (left <= TimeSpan.Zero)
        {
            return true;
        }

        next = left < next ? left : next;
        return false;
    }
}
