namespace Waybill.Core.Passwords;

/// <summary>
/// One password of a source is compared at a time. A wrong one is counted before it is compared, so that right ones that come at once from behind one address, as all
/// programs of a customer do at the full hour, would else be counted as wrong ones of each other.
/// </summary>
internal sealed class SourceTurns
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Turn> _turns = new(StringComparer.Ordinal);

    /// <summary>Waits until it is this one's turn; disposed, it is the next one's.</summary>
    public async ValueTask<IDisposable> EnterAsync(string source, CancellationToken cancellationToken)
    {
        Turn turn;
        lock (_lock)
        {
            if (!_turns.TryGetValue(source, out turn!))
            {
                _turns.Add(source, turn = new Turn(this, source));
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
                _turns.Remove(turn.Source);
                turn.Gate.Dispose();
            }
        }
    }

    private sealed class Turn(SourceTurns turns, string source) : IDisposable
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public string Source => source;

        /// <summary>Who waits or has it: connections that are not logged in yet, which the gate bounds.</summary>
        public int Waiting { get; set; }

        public void Dispose()
        {
            Gate.Release();
            turns.Leave(this);
        }
    }
}
