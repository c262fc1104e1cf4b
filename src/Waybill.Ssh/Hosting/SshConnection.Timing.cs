namespace Waybill.Ssh.Hosting;

/// <summary>Everything that time does to a connection, on its one timer.</summary>
internal sealed partial class SshConnection
{
    private ITimer? _timer;

    private void StartTimer()
    {
        _timer = _time.CreateTimer(
            static connection => ((SshConnection)connection!).OnSystemTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
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
            SshLog.Defect(_logger, exception, _info.Id);
            End(SshEndReason.InternalError, $"a defect of this server: {exception.GetType().Name}");
        }
    }

    /// <summary>Does what is due and sets the timer to what is next; also called whenever a deadline was added.</summary>
    private void OnTimer()
    {
        TimeSpan next;
        DeadlineAction action;
        while ((action = _deadlines.Check(_channels is { OpenChannels: 0 } channels ? channels.EmptySince : null, out next)) != DeadlineAction.None)
        {
            switch (action)
            {
                case DeadlineAction.Rekey:
                    _rekeyIsDue = true;
                    Wake();
                    break;
                case DeadlineAction.KeepAlive:
                    SendKeepAlive();
                    break;
                case DeadlineAction.LoginTimeout:
                    End(SshEndReason.LoginTimeout, _kexContext is null
                        ? $"this is the SSH port; the client said nothing for {_limits.LoginTime.TotalSeconds:0} s, as a port check does, or a client of another protocol that waits"
                        : $"not logged in within {_limits.LoginTime.TotalSeconds:0} s");
                    return;
                case DeadlineAction.ExchangeTimeout:
                    End(SshEndReason.RekeyTimeout, $"a key exchange was not done within {_limits.KeyExchangeTime.TotalSeconds:0} s");
                    return;
                case DeadlineAction.PeerSilent:
                    End(SshEndReason.IdleTimeout, $"the client did not answer {_limits.KeepAliveTries} times");
                    return;
                default:
                    End(SshEndReason.IdleTimeout, $"logged in, but without a channel for {_limits.NoChannel.TotalSeconds:0} s");
                    return;
            }
        }

        _timer!.Change(next, Timeout.InfiniteTimeSpan);
    }
}
