namespace Waybill.Ntsapi.Hosting;

/// <summary>Everything that time does to a connection, on its one timer. Commands only note when they came; the timer looks, and sets itself to what is next.</summary>
internal sealed partial class NtsapiConnection
{
    private readonly long _accepted;
    private ITimer? _timer;
    private long _lastCommand;
    private volatile bool _isLoggedIn;

    private void StartTimer()
    {
        _timer = _server.Time.CreateTimer(
            static connection => ((NtsapiConnection)connection!).OnSystemTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        OnTimer();
    }

    /// <summary>On a timer's thread nobody is there to catch, and the process would end: a defect ends this connection only.</summary>
    private void OnSystemTimer()
    {
        try
        {
            OnTimer();
        }
        catch (Exception exception)
        {
            NtsapiLog.Defect(_server.Logger, exception, _info.Id);
            End(NtsapiEndReason.InternalError, $"a defect of this server: {exception.GetType().Name}");
        }
    }

    private void OnTimer()
    {
        TimeSpan left;
        if (!_isLoggedIn)
        {
            if ((left = Left(_accepted, _limits.LoginTime)) <= TimeSpan.Zero)
            {
                End(NtsapiEndReason.LoginTimeout, $"not logged in within {_limits.LoginTime.TotalSeconds:0} s");
                return;
            }
        }
        else if ((left = Left(Volatile.Read(ref _lastCommand), _limits.IdleTime)) <= TimeSpan.Zero)
        {
            End(NtsapiEndReason.IdleTimeout, $"no command for {_limits.IdleTime.TotalSeconds:0} s");
            return;
        }

        // A system timer counts whole milliseconds and would otherwise fire just too early, again and again.
        _timer!.Change(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
    }

    private TimeSpan Left(long since, TimeSpan allowed) => allowed - _server.Time.GetElapsedTime(since);
}
