using Waybill.Ssh.Hosting;

namespace Waybill.Ssh.Channels;

/// <summary>
/// What a client may still send on a channel (RFC 4254 section 5.2). Credit goes back when the program has consumed, never when bytes arrive: a slow disk
/// then slows the client instead of filling our memory. The read loop calls <see cref="TryReceive"/>, the program's thread the rest.
/// </summary>
internal sealed class ReceiveWindow
{
    // A window that a client cannot fill within this time needs no growth: the delay of its network is shorter than that.
    private static readonly TimeSpan GrowthTime = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly WindowBudget _budget;
    private readonly TimeProvider _time;
    private readonly int _first;
    private readonly int _maximum;
    private readonly int _packet;
    private int _size;
    private long _left;
    private long _consumed;
    private long _sinceGrowth;
    private long _growthStamp;
    private bool _released;

    public ReceiveWindow(SshLimits limits, WindowBudget budget, TimeProvider time)
    {
        _budget = budget;
        _time = time;
        _first = limits.Window;
        _maximum = Math.Max(limits.Window, limits.MaximumWindow);
        _packet = limits.ChannelPacket;
        _size = _first;
        _left = _first;
        _growthStamp = time.GetTimestamp();
    }

    /// <summary>The window's present size.</summary>
    public int Size
    {
        get
        {
            lock (_lock)
            {
                return _size;
            }
        }
    }

    /// <summary>
    /// Counts bytes that came. False when the client ignores the window: a tenth of it is tolerated, as OpenSSH does, but taken off the next credit, so
    /// that repeated small overruns do not add up.
    /// </summary>
    public bool TryReceive(int count)
    {
        lock (_lock)
        {
            if (_left - count < -(_size / 10))
            {
                return false;
            }

            _left -= count;
            return true;
        }
    }

    /// <summary>Counts bytes that the program is done with.</summary>
    public void Consume(long count)
    {
        lock (_lock)
        {
            _consumed += count;
            _sinceGrowth += count;
        }
    }

    /// <summary>The program will not read any more: what it has not read counts as consumed.</summary>
    public void ConsumeAll()
    {
        lock (_lock)
        {
            _consumed += Math.Max(0, _size - _left - _consumed);
        }
    }

    /// <summary>
    /// The credit to be sent now, or 0. It goes out early (three packets, or a sixteenth of a large window), so that the client never waits for it, but not
    /// for each few bytes; and in any case when the program has looked at all there is (<paramref name="caughtUp"/>) and half of the window is used.
    /// </summary>
    public uint TakeCredit(bool caughtUp)
    {
        lock (_lock)
        {
            var enough = Math.Min(Math.Max(3L * _packet, _size / 16), _size / 2);
            if (_released || _consumed == 0 || (_consumed < enough && !(caughtUp && _left < _size / 2)))
            {
                return 0;
            }

            var credit = _consumed + Grow();
            _consumed = 0;
            _left += credit;
            return (uint)credit;
        }
    }

    /// <summary>The channel has ended: what the window grew by goes back to the budget.</summary>
    public void Release()
    {
        lock (_lock)
        {
            if (!_released)
            {
                _released = true;
                _budget.Return(_size - _first);
            }
        }
    }

    // Doubles when a whole window was consumed within GrowthTime and the program is not behind: then the network's delay is what limits the client
    // (2 MiB are 20 MB/s at 100 ms).
    private long Grow()
    {
        if (_sinceGrowth < _size || _size >= _maximum)
        {
            return 0;
        }

        var now = _time.GetTimestamp();
        var fast = _time.GetElapsedTime(_growthStamp, now) <= GrowthTime;
        _sinceGrowth = 0;
        _growthStamp = now;
        var unread = _size - _left - _consumed;
        var growth = Math.Min(_size, _maximum - _size);
        if (!fast || unread > _size / 2 || !_budget.TryTake(growth))
        {
            return 0;
        }

        _size += growth;
        return growth;
    }
}
