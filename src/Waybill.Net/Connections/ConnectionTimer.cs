namespace Waybill.Net.Connections;

/// <summary>A connection's one timer. What happens only notes when it did; the timer looks, and sets itself to what is next.</summary>
public sealed class ConnectionTimer : IAsyncDisposable
{
    private readonly Func<TimeSpan?> _look;
    private readonly Action<Exception> _failed;
    private readonly ITimer _timer;

    /// <summary>A timer that rests until the first <see cref="Look"/>.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="look">Does what is due; returns in how long there may be more, null when there will be nothing more.</param>
    /// <param name="failed">Told of a defect of <paramref name="look"/> on the timer's thread: nobody else is there to catch, and the process would end.</param>
    public ConnectionTimer(TimeProvider time, Func<TimeSpan?> look, Action<Exception> failed)
    {
        ArgumentNullException.ThrowIfNull(time);
        (_look, _failed) = (look, failed);
        _timer = time.CreateTimer(static timer => ((ConnectionTimer)timer!).OnDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Looks now: at the beginning, and whenever what is next may have become another.</summary>
    public void Look()
    {
        if (_look() is { } left)
        {
            // A system timer counts whole milliseconds and would otherwise fire just too early, again and again.
            _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Ends it; one that looks at the moment is waited for.</summary>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void OnDue()
    {
        try
        {
            Look();
        }
        catch (Exception exception)
        {
            _failed(exception);
        }
    }
}
