using Microsoft.Extensions.Logging;
using Waybill.Core;
using Waybill.Core.Audit;
using Waybill.Net.Gate;

namespace Waybill.Server.Hosting;

/// <summary>Records connections that the gate did not let in: the first of a source and reason in a minute, so that a flood does not flood the audit.</summary>
internal sealed partial class RefusalLog(Installation installation, ILogger logger)
{
    /// <summary>Sources and reasons remembered; beyond it the memory starts afresh.</summary>
    public const int Remembered = 4_096;

    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<(GateRefusal, SourceNetwork), long> _recorded = [];

    public void Record(GateRefusal refusal, SourceNetwork source)
    {
        lock (_lock)
        {
            var now = TimeProvider.System.GetTimestamp();
            if (_recorded.TryGetValue((refusal, source), out var last) && TimeProvider.System.GetElapsedTime(last, now) < Quiet)
            {
                return;
            }

            if (_recorded.Count >= Remembered)
            {
                _recorded.Clear();
            }

            _recorded[(refusal, source)] = now;
        }

        var words = Words(refusal);
        LogRefused(logger, source, words);
        // Nobody waits for this row: the connection is closed already, and a full queue drops it rather than the gate's speed.
        _ = installation.Audit.AppendAsync(new AuditEntry(AuditActions.ConnectionEnded, Actor.System with { Address = source.ToString() })
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
        GateRefusal.Rate => "this source begins connections without logging in too fast (Limits:UnauthenticatedPerSecond)",
        GateRefusal.Penalty => "this source kept failing and is refused for a while (waybill penalties list)",
        _ => "the server is stopping",
    };

    [LoggerMessage(EventId = 20, Level = LogLevel.Warning, Message = "Connections from {Source} are refused: {Words}")]
    private static partial void LogRefused(ILogger logger, SourceNetwork source, string words);
}
