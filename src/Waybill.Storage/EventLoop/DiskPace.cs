namespace Waybill.Storage.EventLoop;

/// <summary>
/// Whether reads and writes come from memory, as nearly all do, or wait for the disk: a cold file, or a page cache full of what has still to be written. While
/// they wait they leave the event loop.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class DiskPace(TimeProvider time)
{
    /// <summary>A read or write that took this long has waited for the disk.</summary>
    public static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(2);

    /// <summary>How long that is remembered.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromSeconds(1);

    private long _lastSlow = long.MinValue;

    /// <summary>Whether the disk has been waited for lately.</summary>
    public bool IsSlow => Volatile.Read(ref _lastSlow) is var last and not long.MinValue && time.GetElapsedTime(last) < Memory;

    /// <summary>The time before a read or write, for <see cref="Note"/>.</summary>
    public long Now => time.GetTimestamp();

    /// <summary>Notes how long a read or write took that began at <paramref name="began"/>.</summary>
    public void Note(long began)
    {
        if (time.GetElapsedTime(began) >= Slow)
        {
            Volatile.Write(ref _lastSlow, time.GetTimestamp());
        }
    }
}
