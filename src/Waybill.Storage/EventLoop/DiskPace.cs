using System.IO.Pipelines;

namespace Waybill.Storage.EventLoop;

/// <summary>
/// Whether files are opened, read and written in memory, as nearly all are, or the disk is waited for: a cold file, or a page cache full of what has still to be
/// written. While it is they leave the event loop.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class DiskPace(TimeProvider time)
{
    /// <summary>A call that took this long has waited for the disk.</summary>
    public static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(2);

    /// <summary>How long that is remembered.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromSeconds(1);

    private long _lastSlow = long.MinValue;
    private long _moved;

    /// <summary>Bytes that sessions have read and written so far: whoever has time looks how fast this grows.</summary>
    public long Moved => Interlocked.Read(ref _moved);

    /// <summary>Whether the disk has been waited for lately.</summary>
    public bool IsSlow => Volatile.Read(ref _lastSlow) is var last and not long.MinValue && time.GetElapsedTime(last) < Memory;

    /// <summary>
    /// Where a session's next turn of reads and writes belongs: null for the event loop, on which they stay as long as nothing waits for the disk.
    /// </summary>
    public PipeScheduler? TurnScheduler => IsSlow ? BlockingThreads.Shared : null;

    /// <summary>The time before a call, for <see cref="Note"/>.</summary>
    public long Now => time.GetTimestamp();

    /// <summary>Awaited before a call that the disk may hold up: stays on this thread while it does not, else goes on upon one that may block.</summary>
    public PoolThreadEntry EnterAsync() => new(MayStay: !IsSlow);

    /// <summary>Notes how long a call took that began at <paramref name="began"/>, and how much a read or write moved.</summary>
    public void Note(long began, long bytes = 0)
    {
        if (bytes > 0)
        {
            Interlocked.Add(ref _moved, bytes);
        }

        if (time.GetElapsedTime(began) >= Slow)
        {
            Volatile.Write(ref _lastSlow, time.GetTimestamp());
        }
    }
}
