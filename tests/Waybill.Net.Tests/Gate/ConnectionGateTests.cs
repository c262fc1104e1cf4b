using System.Net;
using Waybill.Net.Gate;

namespace Waybill.Net.Tests.Gate;

public class ConnectionGateTests
{
    private static readonly IPAddress Office = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Elsewhere = IPAddress.Parse("192.0.2.2");

    private readonly ManualTime _time = new();

    [Fact]
    public void The_total_is_reached_and_a_place_given_back_lets_the_next_one_in()
    {
        var gate = Gate(new GateLimits { Total = 2 });
        var first = Enter(gate, Office);
        _ = Enter(gate, Elsewhere);
        Assert.Equal(GateRefusal.Total, gate.TryEnter(Office, out _));
        first.Dispose();
        Assert.Equal(GateRefusal.None, gate.TryEnter(Office, out _));
        Assert.Equal(2, gate.Connections);
    }

    [Fact]
    public void One_source_is_limited_and_another_is_not_affected()
    {
        var gate = Gate(new GateLimits { PerSource = 3 });
        for (var i = 0; i < 3; i++)
        {
            Enter(gate, Office);
        }

        Assert.Equal(GateRefusal.PerSource, gate.TryEnter(Office, out _));
        Assert.Equal(GateRefusal.None, gate.TryEnter(Elsewhere, out _));
    }

    [Fact]
    public void A_whole_ipv6_64_is_one_source()
    {
        var gate = Gate(new GateLimits { PerSource = 1 });
        Enter(gate, IPAddress.Parse("2001:db8::1"));
        Assert.Equal(GateRefusal.PerSource, gate.TryEnter(IPAddress.Parse("2001:db8::ffff"), out _));
        Assert.Equal(GateRefusal.None, gate.TryEnter(IPAddress.Parse("2001:db8:0:1::1"), out _));
    }

    [Fact]
    public void A_mapped_ipv4_address_is_the_ipv4_source()
    {
        var gate = Gate(new GateLimits { PerSource = 1 });
        Enter(gate, Office);
        Assert.Equal(GateRefusal.PerSource, gate.TryEnter(Office.MapToIPv6(), out _));
    }

    [Fact]
    public void Connections_without_a_login_are_limited_and_a_login_frees_the_place()
    {
        var gate = Gate(new GateLimits { Unauthenticated = 1 });
        var first = Enter(gate, Office);
        Assert.Equal(GateRefusal.Unauthenticated, gate.TryEnter(Elsewhere, out _));
        Assert.True(first.TryAuthenticate("acme"));
        Assert.Equal(0, gate.UnauthenticatedConnections);
        Assert.Equal(GateRefusal.None, gate.TryEnter(Elsewhere, out _));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_source_cannot_take_all_places_for_those_without_a_login(bool exempt)
    {
        // A source that logged in today is never penalised, nor is an exempt one: only this limit keeps it from locking everybody out, again and again.
        var gate = Gate(new GateLimits { UnauthenticatedPerSecond = 1_000, Exempt = exempt ? [IPNetwork.Parse("192.0.2.1/32")] : [] });
        var friend = Enter(gate, Office);
        Assert.True(friend.TryAuthenticate("acme"));
        var silent = Enumerable.Range(0, 50).Select(_ => Enter(gate, Office)).ToList();
        Assert.Equal(GateRefusal.UnauthenticatedPerSource, gate.TryEnter(Office, out _));
        Assert.Equal(GateRefusal.None, gate.TryEnter(Elsewhere, out _));

        // Both a login and an end give the place back.
        Assert.True(silent[0].TryAuthenticate("acme"));
        silent[1].Dispose();
        Enter(gate, Office);
        Enter(gate, Office);
        Assert.Equal(GateRefusal.UnauthenticatedPerSource, gate.TryEnter(Office, out _));
    }

    [Theory]
    [InlineData(2, null, 1)]
    [InlineData(40, null, 10)]
    [InlineData(40, 30, 30)]
    public void A_source_may_have_a_quarter_of_them_unless_it_is_set(int unauthenticated, int? perSource, int expected)
    {
        var gate = Gate(new GateLimits { Unauthenticated = unauthenticated, UnauthenticatedPerSource = perSource, UnauthenticatedPerSecond = 1_000 });
        var served = 0;
        while (gate.TryEnter(Office, out _) == GateRefusal.None)
        {
            served++;
        }

        Assert.Equal(expected, served);
    }

    [Fact]
    public void A_login_is_limited_without_regard_to_case()
    {
        var gate = Gate(new GateLimits { PerLogin = 2 });
        Assert.True(Enter(gate, Office).TryAuthenticate("acme"));
        var second = Enter(gate, Office);
        Assert.True(second.TryAuthenticate("ACME"));
        Assert.False(Enter(gate, Elsewhere).TryAuthenticate("Acme"));
        second.Dispose();
        Assert.True(Enter(gate, Elsewhere).TryAuthenticate("Acme"));
    }

    [Fact]
    public void Thirty_eight_connections_in_one_and_a_half_seconds_get_fewer_than_twenty_a_second()
    {
        var gate = Gate(new GateLimits());
        var served = 0;
        for (var i = 0; i < 38; i++)
        {
            if (gate.TryEnter(Office, out var lease) == GateRefusal.None)
            {
                served++;
                lease!.Offence = Offence.None;
                lease.Dispose();
            }

            _time.Advance(TimeSpan.FromSeconds(1.5 / 38));
        }

        Assert.InRange(served, 1, 29);
    }

    [Fact]
    public void Logins_do_not_count_towards_the_rate()
    {
        var gate = Gate(new GateLimits());
        for (var i = 0; i < 1_000; i++)
        {
            using var lease = Enter(gate, Office);
            Assert.True(lease.TryAuthenticate("acme"));
        }
    }

    [Fact]
    public void A_source_that_keeps_failing_is_refused_until_its_penalty_is_over()
    {
        var gate = Gate(new GateLimits());
        Fail(gate, Office, Offence.FailedLogin, 3);
        Assert.Equal(GateRefusal.Penalty, gate.TryEnter(Office, out _));
        Assert.Equal(GateRefusal.None, gate.TryEnter(Elsewhere, out _));
        Assert.Equal(Office, Assert.Single(gate.Penalties()).Source.Address);
        _time.Advance(TimeSpan.FromSeconds(14));
        Assert.Equal(GateRefusal.Penalty, gate.TryEnter(Office, out _));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(GateRefusal.None, gate.TryEnter(Office, out _));
    }

    [Theory]
    [InlineData(Offence.NoAttempt, 15)]
    [InlineData(Offence.FailedLogin, 3)]
    [InlineData(Offence.LoginTimeout, 2)]
    [InlineData(Offence.BrokenProtocol, 2)]
    public void Each_offence_has_its_own_weight(Offence offence, int needed)
    {
        var gate = Gate(new GateLimits());
        Fail(gate, Office, offence, needed - 1);
        Assert.Equal(GateRefusal.None, gate.TryEnter(Office, out var lease));
        lease!.Offence = offence;
        lease.Dispose();
        Assert.Equal(GateRefusal.Penalty, gate.TryEnter(Office, out _));
    }

    [Fact]
    public void No_penalty_is_longer_than_ten_minutes()
    {
        var gate = Gate(new GateLimits());
        var leases = Enumerable.Range(0, 19).Select(_ => Enter(gate, Office)).ToList();
        for (var round = 0; round < 5; round++)
        {
            foreach (var lease in leases)
            {
                lease.Offence = Offence.LoginTimeout;
                lease.Dispose();
            }

            _time.Advance(TimeSpan.FromSeconds(2));
            gate.ClearPenalties(Elsewhere);
        }

        Assert.True(Assert.Single(gate.Penalties()).Left <= ConnectionGate.MaximumPenalty);
    }

    [Fact]
    public void A_source_with_a_recent_success_is_not_penalised_until_a_day_has_passed()
    {
        var gate = Gate(new GateLimits());
        using (var lease = Enter(gate, Office))
        {
            Assert.True(lease.TryAuthenticate("acme"));
        }

        Fail(gate, Office, Offence.FailedLogin, 10);
        Assert.Equal(GateRefusal.None, gate.TryEnter(Office, out _));
        _time.Advance(ConnectionGate.RecentSuccess + TimeSpan.FromSeconds(1));
        Fail(gate, Office, Offence.FailedLogin, 3);
        Assert.Equal(GateRefusal.Penalty, gate.TryEnter(Office, out _));
    }

    [Fact]
    public void An_exempt_network_is_neither_penalised_nor_rate_limited()
    {
        var gate = Gate(new GateLimits { Exempt = [IPNetwork.Parse("192.0.2.0/31")] });
        Fail(gate, Office, Offence.FailedLogin, 100);
        Assert.Equal(GateRefusal.None, gate.TryEnter(Office, out _));
    }

    [Theory]
    [InlineData("::1/128", "::1")]
    [InlineData("2001:db8::20/124", "2001:db8::2f")]
    [InlineData("2001:db8::/48", "2001:db8:0:7::1")]
    [InlineData("192.0.2.1/32", "::ffff:192.0.2.1")]
    public void An_exempt_network_may_be_of_any_width(string network, string address)
    {
        var gate = Gate(new GateLimits { Exempt = [IPNetwork.Parse(network)] });
        Fail(gate, IPAddress.Parse(address), Offence.FailedLogin, 100);
        Assert.Equal(GateRefusal.None, gate.TryEnter(IPAddress.Parse(address), out _));
        Assert.Empty(gate.Penalties());
    }

    [Fact]
    public void An_exempt_address_does_not_exempt_its_whole_64()
    {
        var (exempt, neighbour) = (IPAddress.Parse("2001:db8::1"), IPAddress.Parse("2001:db8::2"));
        var gate = Gate(new GateLimits { Exempt = [IPNetwork.Parse("2001:db8::1/128")] });

        // What the exempt one does is not held against its neighbour, neither as rate nor as penalty.
        Fail(gate, exempt, Offence.FailedLogin, 100);
        Fail(gate, neighbour, Offence.FailedLogin, 3);
        Assert.Equal(GateRefusal.Penalty, gate.TryEnter(neighbour, out _));
        Assert.Equal(GateRefusal.None, gate.TryEnter(exempt, out _));
    }

    [Fact]
    public void Clearing_forgives_one_source_or_all()
    {
        var gate = Gate(new GateLimits());
        Fail(gate, Office, Offence.FailedLogin, 3);
        Fail(gate, Elsewhere, Offence.FailedLogin, 3);
        Assert.Equal(1, gate.ClearPenalties(Office));
        Assert.Equal(GateRefusal.None, gate.TryEnter(Office, out _));
        Assert.Equal(GateRefusal.Penalty, gate.TryEnter(Elsewhere, out _));
        Assert.Equal(1, gate.ClearPenalties(null));
        Assert.Equal(GateRefusal.None, gate.TryEnter(Elsewhere, out _));
    }

    [Fact]
    public void Sources_are_forgotten_beyond_the_limit_but_not_those_with_connections()
    {
        var gate = Gate(new GateLimits { TrackedSources = 10, Unauthenticated = 1_000 });
        Enter(gate, Office);
        Fail(gate, Elsewhere, Offence.FailedLogin, 3);
        for (var i = 0; i < 100; i++)
        {
            using var lease = Enter(gate, new IPAddress([10, 0, 0, (byte)i]));
        }

        Assert.Equal(GateRefusal.None, gate.TryEnter(Elsewhere, out _));
        Assert.Equal(2, gate.Connections);
        Assert.DoesNotContain(gate.Penalties(), penalty => penalty.Source.Address.Equals(Elsewhere));
    }

    [Fact]
    public void After_a_flood_every_slot_is_free_again()
    {
        var gate = Gate(new GateLimits { UnauthenticatedPerSource = 50, UnauthenticatedPerSecond = 1_000 });
        for (var round = 0; round < 20; round++)
        {
            var leases = new List<ConnectionLease>();
            while (gate.TryEnter(Office, out var lease) == GateRefusal.None)
            {
                leases.Add(lease!);
            }

            Assert.Equal(50, leases.Count);
            leases.ForEach(lease => { lease.Offence = Offence.None; lease.Dispose(); lease.Dispose(); });
            _time.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.Equal(0, gate.Connections);
        Assert.Equal(0, gate.UnauthenticatedConnections);
    }

    [Fact]
    public void A_stopping_gate_lets_nobody_in()
    {
        var gate = Gate(new GateLimits());
        gate.Stop();
        Assert.Equal(GateRefusal.Stopping, gate.TryEnter(Office, out _));
    }

    private ConnectionGate Gate(GateLimits limits) => new(limits, _time);

    private static ConnectionLease Enter(ConnectionGate gate, IPAddress address)
    {
        Assert.Equal(GateRefusal.None, gate.TryEnter(address, out var lease));
        return lease!;
    }

    private static void Fail(ConnectionGate gate, IPAddress address, Offence offence, int times)
    {
        for (var i = 0; i < times; i++)
        {
            var lease = Enter(gate, address);
            lease.Offence = offence;
            lease.Dispose();
        }
    }
}
