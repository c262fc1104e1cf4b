using Waybill.Net.Rates;
using Waybill.TestKit;

namespace Waybill.Net.Tests.Rates;

/// <summary>How fast each login may send commands.</summary>
public sealed class LoginRatesTests
{
    [Fact]
    public void Each_login_has_its_rate_over_all_that_ask_and_in_any_case_of_its_name()
    {
        var clock = new FakeTimeProvider();
        var rates = new LoginRates(3, clock);
        Assert.Equal(3, rates.PerSecond);
        Assert.True(rates.TryTake("Login"));
        Assert.True(rates.TryTake("login"));
        Assert.True(rates.TryTake("LOGIN"));
        Assert.False(rates.TryTake("login"));
        Assert.True(rates.TryTake("other"));
        clock.Advance(TimeSpan.FromSeconds(0.4));
        Assert.True(rates.TryTake("login"));
        Assert.False(rates.TryTake("login"));
    }

    [Fact]
    public void Those_that_have_rested_are_forgotten_and_no_others()
    {
        var clock = new FakeTimeProvider();
        var rates = new LoginRates(10, clock);
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(rates.TryTake($"login{i}"));
        }

        for (var i = 0; i < 9; i++)
        {
            rates.TryTake("busy");
        }

        Assert.Equal(1001, rates.Count);
        clock.Advance(TimeSpan.FromSeconds(0.5));
        for (var i = 0; i < 5; i++)
        {
            Assert.True(rates.TryTake("busy"));
        }

        clock.Advance(TimeSpan.FromSeconds(0.5));
        Assert.True(rates.TryTake("another"));
        Assert.Equal(2, rates.Count);

        // Whom nobody forgot is not as fresh as one that never came.
        Assert.Equal(6, Enumerable.Range(0, 20).Count(_ => rates.TryTake("busy")));
    }
}
