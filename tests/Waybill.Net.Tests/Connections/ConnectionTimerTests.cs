using Waybill.Net.Connections;
using Waybill.TestKit;

namespace Waybill.Net.Tests.Connections;

public sealed class ConnectionTimerTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly List<string> _told = [];

    [Fact]
    public async Task It_looks_again_when_there_may_be_more_and_rests_when_there_is_nothing_more()
    {
        var looks = 0;
        await using var timer = new ConnectionTimer(_clock, () => ++looks < 3 ? TimeSpan.FromSeconds(looks) : null, Tell);
        Assert.Equal(0, _clock.ActiveTimers);
        timer.Look();
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((2, TimeSpan.FromSeconds(2)), (looks, _clock.NextDue));
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((3, 0), (looks, _clock.ActiveTimers));
        Assert.Empty(_told);
    }

    [Fact]
    public async Task It_never_looks_a_part_of_a_millisecond_too_early()
    {
        await using var timer = new ConnectionTimer(_clock, () => TimeSpan.FromMicroseconds(1_001), Tell);
        timer.Look();
        Assert.Equal(TimeSpan.FromMilliseconds(2), _clock.NextDue);
    }

    [Fact]
    public async Task A_defect_on_the_timers_thread_is_told_and_one_of_the_caller_is_the_callers()
    {
        var isBroken = false;
        await using var timer = new ConnectionTimer(_clock, () => isBroken ? throw new InvalidOperationException("broken") : TimeSpan.FromSeconds(1), Tell);
        timer.Look();
        isBroken = true;
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["broken"], _told);
        Assert.Throws<InvalidOperationException>(timer.Look);
    }

    [Fact]
    public async Task One_that_has_ended_is_not_set_again()
    {
        var timer = new ConnectionTimer(_clock, () => TimeSpan.FromSeconds(1), Tell);
        timer.Look();
        await timer.DisposeAsync();
        timer.Look();
        Assert.Equal(0, _clock.ActiveTimers);
    }

    private void Tell(Exception exception) => _told.Add(exception.Message);
}
