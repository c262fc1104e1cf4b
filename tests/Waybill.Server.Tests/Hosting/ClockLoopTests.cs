using Microsoft.Extensions.Logging.Abstractions;
using Waybill.Core;
using Waybill.Core.Audit;
using Waybill.Core.Retention;
using Waybill.Server.Hosting;
using Waybill.TestKit;

namespace Waybill.Server.Tests.Hosting;

public sealed class ClockLoopTests
{
    [Fact]
    public async Task A_clock_that_jumps_beside_the_server_is_noticed_within_seconds()
    {
        using var directory = new TemporaryDirectory();
        var time = new FakeTimeProvider();
        var clock = new ShiftedTime(time);
        await using var core = (await CoreServices.CreateAsync(Directory.CreateDirectory(directory.Combine("data")).FullName, Actor.System, clock)).Value!;
        await using var loop = new ClockLoop(new ClockWatch(core.Database, core.Audit, clock), clock, NullLogger.Instance);
        loop.Start();
        time.Advance(ClockLoop.Interval);
        clock.Ahead = TimeSpan.FromHours(-1);
        time.Advance(ClockLoop.Interval);
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while ((await core.Audit.SearchAsync(new AuditQuery { Action = AuditActions.RetentionClock }, TestContext.Current.CancellationToken)).Items.Count == 0)
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), "nobody noticed");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task The_watch_goes_on_after_an_error_that_nobody_foresaw_and_the_stop_does_not_fail_by_it()
    {
        using var directory = new TemporaryDirectory();
        var time = new FakeTimeProvider();
        var clock = new BrokenTime(time);
        await using var core = (await CoreServices.CreateAsync(Directory.CreateDirectory(directory.Combine("data")).FullName, Actor.System, time)).Value!;
        var loop = new ClockLoop(new ClockWatch(core.Database, core.Audit, clock), time, NullLogger.Instance);
        loop.Start();
        clock.IsBroken = true;
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (clock.Failures < 3)
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), "the watch ended");
            time.Advance(ClockLoop.Interval);
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        await loop.DisposeAsync();
    }

    private sealed class BrokenTime(TimeProvider right) : TimeProvider
    {
        private int _failures;

        public bool IsBroken { get; set; }

        public int Failures => Volatile.Read(ref _failures);

        public override long TimestampFrequency => right.TimestampFrequency;

        public override long GetTimestamp() => right.GetTimestamp();

        public override DateTimeOffset GetUtcNow()
        {
            if (IsBroken)
            {
                Interlocked.Increment(ref _failures);
                throw new InvalidOperationException("no clock");
            }

            return right.GetUtcNow();
        }
    }
}
