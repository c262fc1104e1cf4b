using Waybill.Core;
using Waybill.Core.Keys.Handover;

namespace Waybill.Server.Scheduling;

/// <summary>Removes keys and passphrases that were handed over, or that nobody took in time.</summary>
internal sealed class HandoverPurgeJob(KeyHandovers handovers) : IScheduledJob
{
    public const string JobName = "handover-purge";

    public string Name => JobName;

    public Schedule Schedule => Every;

    /// <summary>What ended while the server was down is not to lie about any longer.</summary>
    public bool IsDueAtStart => true;

    public static Schedule Every { get; } = Schedule.Every(HandoverLimits.PurgeEvery);

    public async ValueTask<Outcome> RunAsync(CancellationToken cancellationToken) => new((await handovers.PurgeAsync(cancellationToken)).Problem);
}
