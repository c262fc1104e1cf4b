namespace Waybill.Ntsapi.Hosting;

/// <summary>The sessions of each login and how fast it sends commands, over all listeners that share this.</summary>
/// <param name="limits">The bounds.</param>
/// <param name="time">The clock.</param>
public sealed class NtsapiLogins(NtsapiLimits limits, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.OrdinalIgnoreCase);

    // What a login sent counts also when it comes again with a new session.
    private readonly HashSet<Entry> _left = [];

    internal int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>A place for a session; null when the login has as many as it may.</summary>
    internal Place? TryEnter(string login)
    {
        lock (_lock)
        {
            _left.RemoveWhere(entry => entry.Rate.IsRested && _entries.Remove(entry.Login));
            if (!_entries.TryGetValue(login, out var entry))
            {
                _entries.Add(login, entry = new Entry(login, new CommandRate(limits.CommandsPerSecond, time)));
            }

            if (entry.Sessions >= limits.SessionsPerLogin)
            {
                return null;
            }

            entry.Sessions++;
            _left.Remove(entry);
            return new Place(this, entry);
        }
    }

    private void Leave(Entry entry)
    {
        lock (_lock)
        {
            if (--entry.Sessions == 0)
            {
                _left.Add(entry);
            }
        }
    }

    /// <summary>A session's place, until it is disposed of.</summary>
    internal sealed class Place(NtsapiLogins logins, Entry entry) : IDisposable
    {
        private int _isDisposed;

        public CommandRate Rate => entry.Rate;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            {
                logins.Leave(entry);
            }
        }
    }

    internal sealed class Entry(string login, CommandRate rate)
    {
        public string Login => login;

        public CommandRate Rate => rate;

        public int Sessions { get; set; }
    }
}
