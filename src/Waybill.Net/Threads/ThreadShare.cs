namespace Waybill.Net.Threads;

/// <summary>
/// How long a connection may keep its thread. A client that sends or reads faster than we work never makes the transport wait, so that it would never go back to
/// the event loop's other connections by itself: once in a share it must go on upon the thread pool, which leaves the loop to the others until the client is
/// waited for again.
/// </summary>
/// <param name="time">The clock.</param>
public struct ThreadShare(TimeProvider time)
{
    /// <summary>Time on a thread, in one go or summed up, before others come first.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(10);

    private TimeSpan _used;

    /// <summary>The time before a piece of work, for <see cref="IsUsedUp"/>.</summary>
    public readonly long Now => time.GetTimestamp();

    /// <summary>Counts the work that began at <paramref name="began"/>: whether it is for others to go on; the next share begins then.</summary>
    public bool IsUsedUp(long began)
    {
        _used += time.GetElapsedTime(began);
        if (_used < Longest)
        {
            return false;
        }

        _used = TimeSpan.Zero;
        return true;
    }
}
