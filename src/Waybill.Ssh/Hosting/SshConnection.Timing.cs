namespace Waybill.Ssh.Hosting;

/// <summary>Everything that time does to a connection.</summary>
internal sealed partial class SshConnection
{
    /// <summary>Does what is due; returns in how long there is more. Also asked whenever a deadline was added.</summary>
    private TimeSpan? Look()
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
                    End(new(SshEndReason.LoginTimeout, _kexContext is null
                        ? $"this is the SSH port; the client said nothing for {_limits.LoginTime.TotalSeconds:0} s, as a port check does, or a client of another protocol that waits"
                        : $"not logged in within {_limits.LoginTime.TotalSeconds:0} s"));
                    return null;
                case DeadlineAction.ExchangeTimeout:
                    End(new(SshEndReason.RekeyTimeout, $"a key exchange was not done within {_limits.KeyExchangeTime.TotalSeconds:0} s"));
                    return null;
                case DeadlineAction.PeerSilent:
                    End(new(SshEndReason.IdleTimeout, $"the client did not answer {_limits.KeepAliveTries} times"));
                    return null;
                default:
                    End(new(SshEndReason.IdleTimeout, $"logged in, but without a channel for {_limits.NoChannel.TotalSeconds:0} s"));
                    return null;
            }
        }

        return next;
    }
}
