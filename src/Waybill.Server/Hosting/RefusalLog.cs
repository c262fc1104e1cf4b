using Microsoft.Extensions.Logging;
using Waybill.Core;
using Waybill.Core.Audit;
using Waybill.Net.Gate;

namespace Waybill.Server.Hosting;

/// <summary>
/// Records connections that the gate did not let in: the first of a source and reason in a minute, and no more than <see cref="MaximumRows"/> in it, so that a
/// flood from everywhere floods neither log nor audit.
/// </summary>
internal sealed partial class RefusalLog(Installation installation, ILogger logger)
{
    /// <summary>Rows in a minute.</summary>
    public const int MaximumRows = 200;

    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly HashSet<(GateRefusal, SourceNetwork)> _recorded = [];
    private long _minuteBegan;

    public void Record(GateRefusal refusal, SourceNetwork source)
    {
        bool last;
        lock (_lock)
        {
            var now = TimeProvider.System.GetTimestamp();
            if (TimeProvider.System.GetElapsedTime(_minuteBegan, now) >= Quiet)
            {
                _recorded.Clear();
                _minuteBegan = now;
            }

            if (_recorded.Count >= MaximumRows || !_recorded.Add((refusal, source)))
            {
                return;
            }

            last = _recorded.Count == MaximumRows;
        }

        var words = Words(refusal) + (last ? "; further refusals in this minute are not recorded" : "");
        LogRefused(logger, source, words);

        // Nobody waits for this row: the connection is closed already.
        _ = installation.Audit.AppendAsync(new AuditEntry(AuditActions.LogInRefused, Actor.System with { Address = source.ToString() })
        {
            Outcome = AuditOutcome.Refused,
            Detail = words,
        }).AsTask();
    }

    private static string Words(GateRefusal refusal) => refusal switch
    {
        GateRefusal.Total => "the limit of all connections is reached (Limits:Total)",
        GateRefusal.PerSource => "this source has as many connections as it may (Limits:PerSource)",
        GateRefusal.Unauthenticated => "too many connections have not logged in yet (Limits:Unauthenticated)",
        GateRefusal.UnauthenticatedPerSource => "this source has as many connections without a login as it may (Limits:UnauthenticatedPerSource)",
        GateRefusal.Rate => "this source begins connections without logging in too fast (Limits:UnauthenticatedPerSecond)",
        GateRefusal.Penalty => "this source kept failing and is refused for a while (waybill penalties list)",
        _ => "the server is stopping",
    };

    [LoggerMessage(EventId = 20, Level = LogLevel.Warning, Message = "Connections from {Source} are refused: {Words}")]
    private static partial void LogRefused(ILogger logger, SourceNetwork source, string words);
}
