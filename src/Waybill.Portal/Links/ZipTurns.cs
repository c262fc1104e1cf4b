namespace Waybill.Portal.Links;

/// <summary>How many zips are made at once: each packs as fast as its reader reads.</summary>
internal sealed class ZipTurns
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _running = new(StringComparer.Ordinal);
    private int _total;

    /// <summary>A turn for one subject; null when there is none left.</summary>
    public IDisposable? TryTake(string subject)
    {
        lock (_lock)
        {
            var mine = _running.GetValueOrDefault(subject);
            if (_total >= PortalLimits.Zips || mine >= PortalLimits.ZipsPerLink)
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

    private sealed class Turn(ZipTurns turns, string subject) : IDisposable
    {
        private ZipTurns? _turns = turns;

        public void Dispose() => Interlocked.Exchange(ref _turns, null)?.Give(subject);
    }
}
