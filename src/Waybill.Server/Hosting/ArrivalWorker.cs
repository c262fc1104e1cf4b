using Microsoft.Extensions.Logging;
using Waybill.Core;
using Waybill.Core.Arrivals;
using Waybill.Core.Database;
using Waybill.Server.Control;

namespace Waybill.Server.Hosting;

/// <summary>
/// Takes delivered files on while the server runs. It keeps no list of its own: what waits stands in the database, so nothing is forgotten by a restart, and as
/// much of it is in memory as one batch holds.
/// </summary>
internal sealed partial class ArrivalWorker(ArrivalService arrivals, SessionRegistry sessions, TimeProvider timeProvider, ILogger logger) : PeriodicWork(Interval, timeProvider, logger)
{
    /// <summary>How often it looks; a file is offered or rejected this long after its session ended.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private bool _isReconsidered;
    private string? _told;

    protected override async Task WorkAsync(CancellationToken stopping)
    {
        Problem? problem = null;
        try
        {
            if (!_isReconsidered)
            {
                problem = (await arrivals.ReconsiderAsync(stopping)).Problem;
                _isReconsidered = problem is null;
            }

            problem ??= (await arrivals.SettleAsync(sessions.IsLive, stopping)).Problem;
        }
        catch (DatabaseException error)
        {
            problem = error.Problem;
        }

        Tell(problem);
    }

    /// <summary>Says once what is wrong, not every second.</summary>
    private void Tell(Problem? problem)
    {
        if (problem is not null && problem.Message != _told)
        {
            LogStuck(Logger, problem.Message);
        }

        _told = problem?.Message;
    }

    [LoggerMessage(EventId = 60, Level = LogLevel.Error, Message = "Delivered files wait: {Reason}")]
    private static partial void LogStuck(ILogger logger, string reason);
}
