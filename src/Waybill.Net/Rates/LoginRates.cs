namespace Waybill.Net.Rates;

/// <summary>How fast each login sends commands, over all that it sends them by. Safe from any thread.</summary>
/// <param name="perSecond">Commands a second of one login.</param>
/// <param name="time">The clock.</param>
public sealed class LoginRates(int perSecond, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, CommandRate> _rates = new(StringComparer.OrdinalIgnoreCase);
    private long _swept = time.GetTimestamp();

    /// <summary>Commands a second of one login.</summary>
    public int PerSecond => perSecond;

    /// <summary>Logins that are remembered: those that sent something not long ago.</summary>
    internal int Count
    {
        get
        {
            lock (_lock)
            {
                return _rates.Count;
            }
        }
    }

    /// <summary>Takes one; false when the login's commands come too fast.</summary>
    /// <param name="login">The login's user name; compared without case.</param>
    public bool TryTake(string login)
    {
        lock (_lock)
        {
            if (!_rates.TryGetValue(login, out var rate))
            {
                ForgetRested();
                _rates.Add(login, rate = new CommandRate(perSecond, time));
            }

            return rate.TryTake();
        }
    }

    /// <summary>Who has rested is as one that never came. Looked at once a second at most, however many come.</summary>
    private void ForgetRested()
    {
        var now = time.GetTimestamp();
        if (time.GetElapsedTime(_swept, now) < TimeSpan.FromSeconds(1))
        {
            return;
        }

        _swept = now;
        foreach (var (login, rate) in _rates)
        {
            if (rate.IsRested)
            {
                _rates.Remove(login);
            }
        }
    }
}
