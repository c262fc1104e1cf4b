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
    private long _moved;

    /// <summary>Bytes that sessions have read and written so far: whoever has time looks how fast this grows.</summary>
    public long Moved => Interlocked.Read(ref _moved);

    /// <summary>Whether the disk has been waited for lately.</summary>
    public bool IsSlow => Volatile.Read(ref _lastSlow) is var last and not long.MinValue && time.GetElapsedTime(last) < Memory;

    /// <summary>The time before a read or write, for <see cref="Note"/>.</summary>
    public long Now => time.GetTimestamp();

    /// <summary>Notes how long a read or write took that began at <paramref name="began"/>, and how much it moved.</summary>
    public void Note(long began, long bytes)
    {
        Interlocked.Add(ref _moved, bytes);
        if (time.GetElapsedTime(began) >= Slow)
        {
            Volatile.Write(ref _lastSlow, time.GetTimestamp());
        }
    }
}
