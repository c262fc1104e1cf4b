using Microsoft.Extensions.Logging;
using Waybill.Core.Database;
using Waybill.Core.Feeds;

namespace Waybill.Server.Hosting;

/// <summary>Finishes or undoes what publishing commands began that were killed: at the start of the server, and while it runs within seconds.</summary>
internal sealed partial class PublicationWatch(FeedPublisher publisher, TimeProvider timeProvider, ILogger logger) : PeriodicWork(Interval, timeProvider, logger)
{
    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    public async Task StartAsync()
    {
        await WorkAsync(CancellationToken.None);
        Start();
    }

    /// <summary>An index holds nothing but unsettled sets: looking costs microseconds when there are none.</summary>
    protected override async Task WorkAsync(CancellationToken stopping)
    {
        try
        {
            if (await publisher.RecoverAsync(stopping) is var count and > 0)
            {
                LogRecovered(Logger, count);
            }
        }
        catch (Exception error) when (error is DatabaseException or IOException or UnauthorizedAccessException)
        {
            LogFailed(Logger, error.Message);
        }
    }

    [LoggerMessage(EventId = 70, Level = LogLevel.Warning, Message = "{Count} interrupted publications were finished or undone")]
    private static partial void LogRecovered(ILogger logger, int count);

    [LoggerMessage(EventId = 71, Level = LogLevel.Error, Message = "Interrupted publications cannot be looked for: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
