using Microsoft.Extensions.Logging;
using Waybill.Server.Hosting;
using Waybill.TestKit;

namespace Waybill.Server.Tests.Hosting;

public sealed class PeriodicWorkTests
{
    [Fact]
    public async Task What_a_round_throws_is_logged_once_until_one_succeeds_and_ends_nothing()
    {
        var time = new FakeTimeProvider();
        var log = new LineLog();
        await using (var work = new ScriptedWork([true, false, false, false, true, true, false, true], time, log))
        {
            work.Start();
            for (var round = 1; round <= work.Rounds; round++)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                await work.RoundAsync(round).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            }
        }

        Assert.Equal(["ScriptedWork failed, and goes on: InvalidOperationException: round 2", "ScriptedWork failed, and goes on: InvalidOperationException: round 7"], log.Lines);
    }

    private sealed class ScriptedWork(bool[] succeeds, TimeProvider time, ILogger logger) : PeriodicWork(TimeSpan.FromSeconds(1), time, logger)
    {
        private readonly TaskCompletionSource[] _rounds = [.. succeeds.Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];
        private int _round;

        public int Rounds => succeeds.Length;

        public Task RoundAsync(int round) => _rounds[round - 1].Task;

        protected override Task WorkAsync(CancellationToken stopping)
        {
            _rounds[_round++].SetResult();
            return succeeds[_round - 1] ? Task.CompletedTask : throw new InvalidOperationException($"round {_round}");
        }
    }

    private sealed class LineLog : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
