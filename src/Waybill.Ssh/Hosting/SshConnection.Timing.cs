namespace Waybill.Ssh.Hosting;

/// <summary>Everything that time does to a connection, on its one timer.</summary>
internal sealed partial class SshConnection
{
    private ITimer? _timer;

    private void StartTimer()
    {
        _timer = _time.CreateTimer(
            static connection => ((SshConnection)connection!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        OnTimer();
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
                case DeadlineAction.SendKexInit:
                    _kexInitIsDue = true;
                    Wake();
                    break;
                case DeadlineAction.Rekey:
                    _rekeyIsDue = true;
                    Wake();
                    break;
                case DeadlineAction.KeepAlive:
                    SendKeepAlive();
                    break;
                case DeadlineAction.LoginTimeout:
                    End(SshEndReason.LoginTimeout, $"not logged in within {_limits.LoginTime.TotalSeconds:0} s");
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
