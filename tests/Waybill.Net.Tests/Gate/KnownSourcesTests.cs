using System.Net;
using Waybill.Net.Gate;

namespace Waybill.Net.Tests.Gate;

public sealed class KnownSourcesTests
{
    private static readonly IPAddress Office = IPAddress.Parse("192.0.2.1");

    private readonly ManualTime _time = new();

    [Fact]
    public void A_login_makes_its_source_known_for_thirty_days()
    {
        var sources = new KnownSources(_time);
        Assert.False(sources.IsKnown(Office));
        sources.Note(Office);
        Assert.True(sources.IsKnown(Office));
        Assert.True(sources.IsKnown(IPAddress.Parse("::ffff:192.0.2.1")));
        Assert.False(sources.IsKnown(IPAddress.Parse("192.0.2.2")));
        _time.Advance(KnownSources.Memory - TimeSpan.FromSeconds(1));
        Assert.True(sources.IsKnown(Office));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(sources.IsKnown(Office));
        sources.Note(Office);
        Assert.True(sources.IsKnown(Office));
        Assert.Equal(1, sources.Count);
    }

    [Fact]
    public void An_earlier_run_is_recalled_with_its_times_and_never_over_a_newer_login()
    {
        var sources = new KnownSources(_time);
        sources.Note(Office);
        var old = _time.GetUtcNow() - KnownSources.Memory;
        sources.Recall([(IPAddress.Parse("2001:db8::1"), old + TimeSpan.FromSeconds(1)), (Office, old), (IPAddress.Parse("192.0.2.9"), old)]);
        Assert.True(sources.IsKnown(Office));
        Assert.True(sources.IsKnown(IPAddress.Parse("2001:db8::2")));
        Assert.False(sources.IsKnown(IPAddress.Parse("192.0.2.9")));
    }

    [Fact]
    public void The_source_whose_login_is_longest_ago_makes_room_and_a_recall_pushes_nobody_out()
    {
        var sources = new KnownSources(_time, capacity: 3);
        for (var last = 1; last <= 3; last++)
        {
            sources.Note(IPAddress.Parse($"192.0.2.{last}"));
        }

        sources.Note(Office);
        sources.Recall([(IPAddress.Parse("192.0.2.77"), _time.GetUtcNow())]);
        Assert.False(sources.IsKnown(IPAddress.Parse("192.0.2.77")));
        sources.Note(IPAddress.Parse("192.0.2.4"));
        Assert.Equal(3, sources.Count);
        Assert.False(sources.IsKnown(IPAddress.Parse("192.0.2.2")));
        Assert.True(sources.IsKnown(Office));
    }
}
