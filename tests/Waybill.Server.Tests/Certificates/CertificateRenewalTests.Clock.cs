using Waybill.Core;
using Waybill.Server.Certificates;
using Waybill.TestKit;

namespace Waybill.Server.Tests.Certificates;

/// <summary>The same with a clock that is wrong.</summary>
public sealed partial class CertificateRenewalTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_that_was_made_while_the_clock_was_ahead_is_replaced_as_soon_as_the_clock_is_right(bool isNextToo)
    {
        var right = _time;
        _time = new FakeTimeProvider(right.GetUtcNow().AddDays(425));
        await Renewal().RunAsync();
        var ahead = Shown().Thumbprint;
        if (isNextToo)
        {
            await Renewal().AnnounceAsync(null);
        }

        _time = right;
        Assert.NotNull(ServerCertificate.Lapse(Shown(), _time.GetUtcNow()));
        Assert.True((await RunWithClockAsync()).Succeeded);
        Assert.NotEqual(ahead, Shown().Thumbprint);
        Assert.Null(ServerCertificate.Lapse(Shown(), _time.GetUtcNow()));
        Assert.Equal((Today, "certificate-used"), (_rows[^1].Day, _rows[^1].Action));
        Assert.Equal((Today, ahead, Shown().Thumbprint), (_told[^1].Day, _told[^1].Change.Present.Thumbprint, _told[^1].Change.Next.Thumbprint));

        var rows = _rows.Count;
        await Renewal().RunAsync();
        Assert.Equal(rows, _rows.Count);
    }

    [Fact]
    public async Task A_root_that_was_made_while_the_clock_was_ahead_signs_nothing_that_nobody_would_believe()
    {
        var first = Shown().Thumbprint;
        _time = new FakeTimeProvider(_time.GetUtcNow().AddDays(-2));
        Assert.Contains("is not valid before 2026-01-15 11:00 UTC", (await RunWithClockAsync()).Problem!.Message, StringComparison.Ordinal);
        Assert.Equal(first, Shown().Thumbprint);
    }

    [Fact]
    public async Task A_clock_that_is_behind_at_the_start_and_then_set_right_replaces_nothing()
    {
        _time.Advance(TimeSpan.FromDays(100));
        await Renewal().ReplaceAsync();
        var (present, rows) = (Shown(), _rows.Count);
        _time = new FakeTimeProvider(present.NotBefore.ToUniversalTime() - CertificateRenewal.ClockSettles);
        Assert.True((await RunWithClockAsync()).Succeeded);
        Assert.Equal((present.Thumbprint, rows), (Shown().Thumbprint, _rows.Count));
        Assert.Null(ServerCertificate.Lapse(present, _time.GetUtcNow()));
    }

    /// <summary>The job waits for the clock, and the time comes.</summary>
    private async Task<Outcome> RunWithClockAsync()
    {
        var running = Renewal().RunAsync(TestContext.Current.CancellationToken).AsTask();
        Assert.False(running.IsCompleted);
        _time.Advance(CertificateRenewal.ClockSettles);
        return await running;
    }
}
