namespace Waybill.Ntsapi.Hosting;

/// <summary>Everything that time does to a connection.</summary>
internal sealed partial class NtsapiConnection
{
    private readonly long _accepted;
    private long _lastCommand;
    private volatile bool _isLoggedIn;

    /// <summary>Does what is due; returns in how long there is more.</summary>
    private TimeSpan? Look()
    {
        var isLoggedIn = _isLoggedIn;
        var left = isLoggedIn
            ? _limits.IdleTime - _server.Time.GetElapsedTime(Volatile.Read(ref _lastCommand))
            : _limits.LoginTime - _server.Time.GetElapsedTime(_accepted);
        if (left > TimeSpan.Zero)
        {
            return left;
        }

        End(isLoggedIn
            ? new(NtsapiEndReason.IdleTimeout, $"no command for {_limits.IdleTime.TotalSeconds:0} s")
            : new(NtsapiEndReason.LoginTimeout, $"not logged in within {_limits.LoginTime.TotalSeconds:0} s"));
        return null;
    }
}
