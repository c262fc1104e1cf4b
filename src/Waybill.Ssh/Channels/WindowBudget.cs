namespace Waybill.Ssh.Channels;

/// <summary>
/// Bytes that receive windows of all connections together may grow beyond their first size. A grown window is memory that a stalled program lets a client
/// fill, so what one channel may have is bounded by its own maximum, and what all may have by this.
/// </summary>
internal sealed class WindowBudget(long bytes)
{
    /// <summary>What <see cref="Shared"/> holds: sixteen windows grown from 2 to 16 MiB.</summary>
    public const long SharedBytes = 256L * 1024 * 1024;

    private long _free = bytes;

    /// <summary>The budget of this process.</summary>
    public static WindowBudget Shared { get; } = new(SharedBytes);

    /// <summary>Bytes that nobody has.</summary>
    public long Free => Volatile.Read(ref _free);

    /// <summary>Takes <paramref name="count"/> bytes, or nothing.</summary>
    public bool TryTake(long count)
    {
        while (true)
        {
            var free = Volatile.Read(ref _free);
            if (free < count)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _free, free - count, free) == free)
            {
                return true;
            }
        }
    }

    /// <summary>Gives back what was taken.</summary>
    public void Return(long count) => Interlocked.Add(ref _free, count);
}
