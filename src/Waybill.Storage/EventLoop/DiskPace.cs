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

    /// <summary>Whether the disk has been waited for lately.</summary>
    public bool IsSlow => Volatile.Read(ref _lastSlow) is var last and not long.MinValue && time.GetElapsedTime(last) < Memory;

    /// <summary>The time before a call, for <see cref="Note"/>.</summary>
    public long Now => time.GetTimestamp();

    /// <summary>Awaited before a call that the disk may hold up: stays on this thread while it does not, else goes on upon one that may block.</summary>
    public PoolThreadEntry EnterAsync() => new(MayStay: !IsSlow);

    /// <summary>Notes how long a call took that began at <paramref name="began"/>.</summary>
    public void Note(long began)
    {
        if (time.GetElapsedTime(began) >= Slow)
        {
            Volatile.Write(ref _lastSlow, time.GetTimestamp());
        }
    }
}
