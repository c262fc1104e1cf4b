using Waybill.Ssh.Hosting;
using Waybill.TestKit;

namespace Waybill.Ssh.Tests.Hosting;

public sealed class SteeringWaitsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _over = [];

    [Fact]
    public void Each_wait_is_over_after_its_own_time_and_once()
    {
        var waits = new SteeringWaits(_time);
        waits.Begin(() => _over.Add("first"));
        _time.Advance(SteeringWaits.Time / 2);
        waits.Begin(() => _over.Add("second"));
        Assert.Empty(_over);

        _time.Advance(SteeringWaits.Time / 2);
        Assert.Equal(["first"], _over);

        _time.Advance(SteeringWaits.Time / 2);
        Assert.Equal(["first", "second"], _over);

        _time.Advance(SteeringWaits.Time * 10);
        Assert.Equal(["first", "second"], _over);
    }

    [Fact]
    public void A_wait_that_was_ended_is_never_over_and_holds_up_no_other()
    {
        var waits = new SteeringWaits(_time);
        var first = waits.Begin(() => _over.Add("first"));
        _time.Advance(SteeringWaits.Time / 3);
        waits.Begin(() => _over.Add("second"));
        first.End();
        first.End();

        _time.Advance(SteeringWaits.Time);
        Assert.Equal(["second"], _over);
    }

    [Fact]
    public void A_wait_that_begins_when_all_are_over_is_timed_too()
    {
        var waits = new SteeringWaits(_time);
        waits.Begin(() => _over.Add("first"));
        _time.Advance(SteeringWaits.Time);
        _time.Advance(SteeringWaits.Time);
        var second = waits.Begin(() => _over.Add("second"));
        _time.Advance(SteeringWaits.Time);
        second.End();
        Assert.Equal(["first", "second"], _over);
    }
}
