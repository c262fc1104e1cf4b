using System.Net;

namespace Waybill.Net.Gate;

/// <summary>
/// Decides which connections are let in, for all listeners together (Kestrel's own limits are per endpoint). Only connections that end without a login count
/// towards the rate and the penalties. A source with a recent successful login, or an exempted one, is never penalised: whole offices sit behind one address.
/// </summary>
public sealed class ConnectionGate(GateLimits limits, TimeProvider timeProvider)
{
    /// <summary>
    /// The window of <see cref="GateLimits.UnauthenticatedPerSecond"/>. Longer than a second, so that no boundary lets two seconds' worth through within
    /// one and a half (the shape of ssh-audit's rate test).
    /// </summary>
    public static readonly TimeSpan RateWindow = TimeSpan.FromSeconds(1.5);

    /// <summary>How long a successful login keeps its source from being penalised.</summary>
    public static readonly TimeSpan RecentSuccess = TimeSpan.FromDays(1);

    /// <summary>A penalty takes effect when this much has gathered.</summary>
    public static readonly TimeSpan PenaltyThreshold = TimeSpan.FromSeconds(15);

    /// <summary>No penalty is longer.</summary>
    public static readonly TimeSpan MaximumPenalty = TimeSpan.FromMinutes(10);

    private readonly int _unauthenticatedPerSource = limits.UnauthenticatedPerSource ?? Math.Max(1, limits.Unauthenticated / 4);
    private readonly Lock _lock = new();
    private readonly Dictionary<SourceNetwork, SourceRecord> _sources = [];
    private readonly LinkedList<SourceRecord> _byUse = new();
    private readonly Dictionary<string, int> _perLogin = new(StringComparer.OrdinalIgnoreCase);
    private int _total;
    private int _unauthenticated;
    private bool _stopping;

    /// <summary>Connections now.</summary>
    public int Connections
    {
        get
        {
            lock (_lock)
            {
                return _total;
            }
        }
    }

    /// <summary>Connections now that have not logged in.</summary>
    public int UnauthenticatedConnections
    {
        get
        {
            lock (_lock)
            {
                return _unauthenticated;
            }
        }
    }

    /// <summary>Lets a connection in, or says why not.</summary>
    public GateRefusal TryEnter(IPAddress address, out ConnectionLease? lease)
    {
        var source = SourceNetwork.Of(address);
        var exempt = IsExempt(address);
        lock (_lock)
        {
            lease = null;
            var record = Touch(source);
            var refusal = Refusal(record, exempt);
            if (refusal != GateRefusal.None)
            {
                return refusal;
            }

            var now = timeProvider.GetTimestamp();
            record.Connections++;
            record.Unauthenticated++;
            if (!exempt)
            {
                record.Begun.Enqueue(now);
            }

            _total++;
            _unauthenticated++;
            lease = new ConnectionLease(this, record, now, exempt);
            return GateRefusal.None;
        }
    }

    /// <summary>From now on nobody is let in; connections that exist go on.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _stopping = true;
        }
    }

    /// <summary>The penalties in force.</summary>
    public IReadOnlyList<(SourceNetwork Source, TimeSpan Left)> Penalties()
    {
        lock (_lock)
        {
            return [.. _byUse.Select(record => (record.Source, Left: PenaltyLeft(record))).Where(entry => entry.Left > TimeSpan.Zero)];
        }
    }

    /// <summary>Forgives one source, or all with null; returns how many had a penalty.</summary>
    public int ClearPenalties(IPAddress? address)
    {
        lock (_lock)
        {
            var cleared = 0;
            foreach (var record in _byUse)
            {
                if (address is null || record.Source == SourceNetwork.Of(address))
                {
                    cleared += PenaltyLeft(record) > TimeSpan.Zero ? 1 : 0;
                    record.PenaltyUntil = null;
                }
            }

            return cleared;
        }
    }

    internal bool TryAuthenticate(ConnectionLease lease, string login)
    {
        lock (_lock)
        {
            var count = _perLogin.GetValueOrDefault(login);
            if (count >= limits.PerLogin)
            {
                return false;
            }

            _perLogin[login] = count + 1;
            _unauthenticated--;
            lease.Record.Unauthenticated--;
            if (!lease.Exempt)
            {
                lease.Record.Begun.Remove(lease.Begun);
            }

            lease.Record.LastSuccess = timeProvider.GetTimestamp();
            lease.Record.PenaltyUntil = null;
            return true;
        }
    }

    internal void Leave(ConnectionLease lease, string? login, Offence offence)
    {
        lock (_lock)
        {
            _total--;
            lease.Record.Connections--;
            if (login is null)
            {
                _unauthenticated--;
                lease.Record.Unauthenticated--;
                Penalise(lease, offence);
            }
            else if (--_perLogin[login] == 0)
            {
                _perLogin.Remove(login);
            }
        }
    }

    private static TimeSpan Penalty(Offence offence) => offence switch
    {
        Offence.NoAttempt => TimeSpan.FromSeconds(1),
        Offence.FailedLogin => TimeSpan.FromSeconds(5),
        Offence.LoginTimeout => TimeSpan.FromSeconds(10),
        Offence.BrokenProtocol => TimeSpan.FromSeconds(10),
        _ => TimeSpan.Zero,
    };

    private GateRefusal Refusal(SourceRecord record, bool exempt)
    {
        if (_stopping)
        {
            return GateRefusal.Stopping;
        }

        if (_total >= limits.Total)
        {
            return GateRefusal.Total;
        }

        if (record.Connections >= limits.PerSource)
        {
            return GateRefusal.PerSource;
        }

        if (record.Unauthenticated >= _unauthenticatedPerSource)
        {
            return GateRefusal.UnauthenticatedPerSource;
        }

        if (_unauthenticated >= limits.Unauthenticated)
        {
            return GateRefusal.Unauthenticated;
        }

        if (exempt)
        {
            return GateRefusal.None;
        }

        if (PenaltyLeft(record) >= PenaltyThreshold || (record.Penalised && PenaltyLeft(record) > TimeSpan.Zero))
        {
            record.Penalised = true;
            return GateRefusal.Penalty;
        }

        record.Penalised = false;
        record.Begun.DropOlderThan(timeProvider.GetTimestamp() - (long)(RateWindow.TotalSeconds * timeProvider.TimestampFrequency));
        return record.Begun.Count >= limits.UnauthenticatedPerSecond ? GateRefusal.Rate : GateRefusal.None;
    }

    private void Penalise(ConnectionLease lease, Offence offence)
    {
        var record = lease.Record;
        if (offence == Offence.None || lease.Exempt
            || (record.LastSuccess is { } success && timeProvider.GetElapsedTime(success) < RecentSuccess))
        {
            return;
        }

        var left = PenaltyLeft(record) + Penalty(offence);
        var capped = left > MaximumPenalty ? MaximumPenalty : left;
        record.PenaltyUntil = timeProvider.GetTimestamp() + (long)(capped.TotalSeconds * timeProvider.TimestampFrequency);
    }

    private TimeSpan PenaltyLeft(SourceRecord record)
    {
        if (record.PenaltyUntil is not { } until)
        {
            return TimeSpan.Zero;
        }

        var left = timeProvider.GetElapsedTime(timeProvider.GetTimestamp(), until);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    // Of the peer itself and not of its source: an operator may exempt less than the /64 that counts as one source.
    private bool IsExempt(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return limits.Exempt.Any(network => network.Contains(plain));
    }

    private SourceRecord Touch(SourceNetwork source)
    {
        if (_sources.TryGetValue(source, out var record))
        {
            _byUse.Remove(record.Node);
            _byUse.AddLast(record.Node);
            return record;
        }

        // Overflow is permissive, as OpenSSH's: forgetting a penalty is better than refusing a customer. Sources with live connections stay.
        for (var oldest = _byUse.First; oldest is not null && _sources.Count >= limits.TrackedSources;)
        {
            var next = oldest.Next;
            if (oldest.Value.Connections == 0)
            {
                _sources.Remove(oldest.Value.Source);
                _byUse.Remove(oldest);
            }

            oldest = next;
        }

        record = new SourceRecord(source, limits.UnauthenticatedPerSecond);
        _sources.Add(source, record);
        _byUse.AddLast(record.Node);
        return record;
    }
}
