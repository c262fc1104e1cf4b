using Waybill.Net.Rates;

namespace Waybill.Ntsapi.Hosting;

/// <summary>The sessions of each login and how fast it sends commands, over all listeners that share this.</summary>
/// <param name="limits">The bounds.</param>
/// <param name="rates">How fast logins send commands; by whatever else shares it too.</param>
public sealed class NtsapiLogins(NtsapiLimits limits, LoginRates rates)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _sessions = new(StringComparer.OrdinalIgnoreCase);

    internal int Count
    {
        get
        {
            lock (_lock)
            {
                return _sessions.Count;
            }
        }
    }

    private LoginRates Rates => rates;

    /// <summary>A place for a session; null when the login has as many as it may.</summary>
    internal Place? TryEnter(string login)
    {
        lock (_lock)
        {
            var sessions = _sessions.GetValueOrDefault(login);
            if (sessions >= limits.SessionsPerLogin)
            {
                return null;
            }

            _sessions[login] = sessions + 1;
            return new Place(this, login);
        }
    }

    private void Leave(string login)
    {
        lock (_lock)
        {
            if (--_sessions[login] == 0)
            {
                _sessions.Remove(login);
            }
        }
    }

    /// <summary>A session's place, until it is disposed of.</summary>
    internal sealed class Place(NtsapiLogins logins, string login) : IDisposable
    {
        private int _isDisposed;

        /// <summary>Takes a command of its login's; false when they come too fast.</summary>
        public bool TryTake() => logins.Rates.TryTake(login);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            {
                logins.Leave(login);
            }
        }
    }
}
