namespace Waybill.Net.Rates;

/// <summary>How many commands may come: as many as in a second at once, and then as fast as that. Safe from any thread.</summary>
/// <param name="perSecond">Commands a second.</param>
/// <param name="time">The clock.</param>
public sealed class CommandRate(int perSecond, TimeProvider time)
{
    private readonly Lock _lock = new();
    private double _left = perSecond;
    private long _since = time.GetTimestamp();

    /// <summary>Whether nothing has come for a second.</summary>
    public bool IsRested
    {
        get
        {
            lock (_lock)
            {
                Refill();
                return _left >= perSecond;
            }
        }
    }

    /// <summary>Takes one; false when it comes too fast.</summary>
    public bool TryTake()
    {
        lock (_lock)
        {
            Refill();
            if (_left < 1)
            {
                return false;
            }

            _left--;
            return true;
        }
    }

    private void Refill()
    {
        var now = time.GetTimestamp();
        _left = Math.Min(perSecond, _left + (time.GetElapsedTime(_since, now).TotalSeconds * perSecond));
        _since = now;
    }
}
