namespace Waybill.Ftp.Hosting;

/// <summary>Everything that time does to a connection.</summary>
internal sealed partial class FtpConnection
{
    private readonly long _accepted;
    private long _lastCommand;
    private volatile bool _isLoggedIn;

    /// <summary>Does what is due; returns in how long there is more.</summary>
    private TimeSpan? Look()
    {
        TimeSpan left;
        if (!_isLoggedIn)
        {
            if ((left = Left(_accepted, _limits.LoginTime)) <= TimeSpan.Zero)
            {
                End(new(FtpEndReason.LoginTimeout, $"not logged in within {_limits.LoginTime.TotalSeconds:0} s"));
                return null;
            }
        }
        else if (_session.Work is { } work)
        {
            // The control connection is silent for as long as a transfer takes.
            if ((left = Left(work.LastProgress, _limits.DataStallTime)) <= TimeSpan.Zero)
            {
                work.Abort($"Not one byte has moved for {_limits.DataStallTime.TotalSeconds:0} seconds.");
                left = _limits.DataStallTime;
            }
        }
        else if ((left = Left(Volatile.Read(ref _lastCommand), _limits.IdleTime)) <= TimeSpan.Zero)
        {
            End(new(FtpEndReason.IdleTimeout, $"no command for {_limits.IdleTime.TotalSeconds:0} s"));
            return null;
        }

        return left;
    }

    private TimeSpan Left(long since, TimeSpan allowed) => allowed - _server.Time.GetElapsedTime(since);
}
