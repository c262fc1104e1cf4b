using Microsoft.Extensions.Logging;
using Waybill.Core.Retention;

namespace Waybill.Server.Hosting;

/// <summary>Looks at the clock all the time. A loop and no job of the schedule: a clock that goes back would put that off.</summary>
internal sealed partial class ClockLoop(ClockWatch watch, TimeProvider time, ILogger logger) : PeriodicWork(Interval, time, logger)
{
    /// <summary>How often; that costs nanoseconds.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    protected override async Task WorkAsync(CancellationToken stopping)
    {
        if ((await watch.LookAsync(stopping)).Problem is { } problem)
        {
            LogUnwritten(Logger, problem.Message);
        }
    }

    [LoggerMessage(EventId = 52, Level = LogLevel.Error, Message = "The clock jumped, and that cannot be written down: {Reason}")]
    private static partial void LogUnwritten(ILogger logger, string reason);
}
