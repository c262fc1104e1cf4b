using Microsoft.Extensions.Logging;
using Waybill.Core.Audit;

namespace Waybill.Server.Hosting;

/// <summary>Takes the rows of the audit into the index of its texts while the server runs, so that no search has many of them to take in.</summary>
internal sealed partial class AuditIndexing(AuditLog audit, TimeProvider timeProvider, ILogger logger) : PeriodicWork(Interval, timeProvider, logger)
{
    /// <summary>How often.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    protected override async Task WorkAsync(CancellationToken stopping)
    {
        if ((await audit.IndexAsync(stopping)).Problem is { } problem)
        {
            LogNotIndexed(Logger, problem.Message);
        }
    }

    [LoggerMessage(EventId = 55, Level = LogLevel.Warning, Message = "The audit's texts are not indexed, searches may be slow: {Reason}")]
    private static partial void LogNotIndexed(ILogger logger, string reason);
}
