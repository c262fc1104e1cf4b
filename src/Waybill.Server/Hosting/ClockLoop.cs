using Microsoft.Extensions.Logging;
using Waybill.Core.Retention;

namespace Waybill.Server.Hosting;

/// <summary>Looks at the clock all the time. A loop and no job of the schedule: a clock that goes back would put that off.</summary>
internal sealed partial class ClockLoop(ClockWatch watch, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>How often; that costs nanoseconds.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    public void Start() => _loop = RunAsync();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                try
                {
                    if ((await watch.LookAsync(_stop.Token)).Problem is { } problem)
                    {
                        LogUnwritten(logger, problem.Message);
                    }
                }
                catch (Exception error) when (error is not OperationCanceledException || !_stop.IsCancellationRequested)
                {
                    // Whatever it was, the watch goes on: a jump that nobody notices makes files go too early.
                    LogUnwritten(logger, $"{error.GetType().Name}: {error.Message}");
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    [LoggerMessage(EventId = 52, Level = LogLevel.Error, Message = "The clock jumped, and that cannot be written down: {Reason}")]
    private static partial void LogUnwritten(ILogger logger, string reason);
}
