namespace Waybill.Portal.Hosting;

/// <summary>How much of something runs at once; nobody waits for a turn.</summary>
/// <param name="total">Of all subjects.</param>
/// <param name="each">Of one.</param>
internal abstract class Turns(int total, int each)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _running = new(StringComparer.Ordinal);
    private int _total;

    /// <summary>For what has no subjects.</summary>
    protected Turns(int total)
        : this(total, total)
    {
    }

    /// <summary>A turn; null when there is none left.</summary>
    public IDisposable? TryTake() => TryTake("");

    /// <summary>A turn for one subject; null when there is none left.</summary>
    public IDisposable? TryTake(string subject)
    {
        lock (_lock)
        {
            var mine = _running.GetValueOrDefault(subject);
            if (_total >= total || mine >= each)
            {
                return null;
            }

            _total++;
            _running[subject] = mine + 1;
            return new Turn(this, subject);
        }
    }

    private void Give(string subject)
    {
        lock (_lock)
        {
            _total--;
            if (--_running[subject] == 0)
            {
                _running.Remove(subject);
            }
        }
    }

    private sealed class Turn(Turns turns, string subject) : IDisposable
    {
        private Turns? _turns = turns;

        public void Dispose() => Interlocked.Exchange(ref _turns, null)?.Give(subject);
    }
}
