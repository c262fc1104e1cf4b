using Microsoft.Extensions.Logging;
using Waybill.Core.Retention;

namespace Waybill.Server.Hosting;

/// <summary>Looks at the clock all the time. A loop and no job of the schedule: a clock that goes back would put that off.</summary>
internal sealed partial class ClockLoop(ClockWatch watch, TimeProvider time, ILogger logger) : PeriodicWork(Interval, time)
{
    /// <summary>How often; that costs nanoseconds.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    protected override async Task WorkAsync(CancellationToken stopping)
    {
        try
        {
            if ((await watch.LookAsync(stopping)).Problem is { } problem)
            {
                LogUnwritten(logger, problem.Message);
            }
        }
        catch (Exception error) when (error is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            // Whatever it was, the watch goes on: a jump that nobody notices makes files go too early.
            LogUnwritten(logger, $"{error.GetType().Name}: {error.Message}");
        }
    }

    [LoggerMessage(EventId = 52, Level = LogLevel.Error, Message = "The clock jumped, and that cannot be written down: {Reason}")]
    private static partial void LogUnwritten(ILogger logger, string reason);
}
