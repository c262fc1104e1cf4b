namespace Waybill.Core.Numbers;

/// <summary>
/// How fast each account changes the numbers of blocks. A block is one transaction, which all others who write wait for, and one command of those that a login may send; so
/// its numbers are counted as well.
/// </summary>
internal sealed class BlockPace(TimeProvider time)
{
    private static readonly TimeSpan Most = TimeOf(NumberLimits.BlockNumbers);

    private readonly Lock _lock = new();
    private readonly long _began = time.GetTimestamp();

    // When each account will have rested from all that it has changed.
    private readonly Dictionary<string, TimeSpan> _rested = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Takes so many numbers, at most <see cref="NumberLimits.Block"/>; null when the account may change them, else how long it has to wait until it may. They count even if the change then fails.</summary>
    public TimeSpan? Take(string account, int numbers)
    {
        lock (_lock)
        {
            var now = time.GetElapsedTime(_began);
            if (!_rested.TryGetValue(account, out var rested) || rested < now)
            {
                Forget(now);
                rested = now;
            }

            rested += TimeOf(numbers);
            if (rested - now > Most)
            {
                return rested - now - Most;
            }

            _rested[account] = rested;
            return null;
        }
    }

    private static TimeSpan TimeOf(int numbers) => TimeSpan.FromSeconds((double)numbers / NumberLimits.BlockNumbersPerSecond);

    /// <summary>Who has rested is as one that never came.</summary>
    private void Forget(TimeSpan now)
    {
        foreach (var (account, rested) in _rested)
        {
            if (rested < now)
            {
                _rested.Remove(account);
            }
        }
    }
}
