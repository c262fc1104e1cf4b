namespace Waybill.Core;

/// <summary>One thing of each key is done at a time: of a source, of an account. Those of other keys do not wait for it.</summary>
internal sealed class TurnsByKey
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Turn> _turns = new(StringComparer.Ordinal);

    /// <summary>Waits until it is this one's turn; disposed, it is the next one's.</summary>
    public async ValueTask<IDisposable> EnterAsync(string key, CancellationToken cancellationToken)
    {
        Turn turn;
        lock (_lock)
        {
            if (!_turns.TryGetValue(key, out turn!))
            {
                _turns.Add(key, turn = new Turn(this, key));
            }

            turn.Waiting++;
        }

        try
        {
            await turn.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Leave(turn);
            throw;
        }

        return turn;
    }

    private void Leave(Turn turn)
    {
        lock (_lock)
        {
            if (--turn.Waiting == 0)
            {
                _turns.Remove(turn.Key);
                turn.Gate.Dispose();
            }
        }
    }

    private sealed class Turn(TurnsByKey turns, string key) : IDisposable
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public string Key => key;

        /// <summary>Who waits or has it. Each is a connection that waits for its answer, and connections are bounded.</summary>
        public int Waiting { get; set; }

        public void Dispose()
        {
            Gate.Release();
            turns.Leave(this);
        }
    }
}
