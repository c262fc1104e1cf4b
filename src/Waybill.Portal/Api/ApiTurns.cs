namespace Waybill.Portal.Api;

/// <summary>How many of something are done at once; nobody waits for a turn.</summary>
internal sealed class ApiTurns(int count) : IDisposable
{
    private readonly SemaphoreSlim _turns = new(count, count);

    /// <summary>A turn; null when there is none left.</summary>
    public IDisposable? TryTake() => _turns.Wait(0) ? new Turn(_turns) : null;

    public void Dispose() => _turns.Dispose();

    private sealed class Turn(SemaphoreSlim turns) : IDisposable
    {
        private SemaphoreSlim? _turns = turns;

        public void Dispose() => Interlocked.Exchange(ref _turns, null)?.Release();
    }
}

/// <summary>The turns of calls that take long.</summary>
internal sealed class LongTurns : IDisposable
{
    private readonly ApiTurns _turns = new(PortalLimits.ApiLong);

    /// <summary>A turn; null when there is none left.</summary>
    public IDisposable? TryTake() => _turns.TryTake();

    public void Dispose() => _turns.Dispose();
}
