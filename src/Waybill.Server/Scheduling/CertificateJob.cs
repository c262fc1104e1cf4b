using Waybill.Core;
using Waybill.Server.Certificates;
using Waybill.Server.Configuration;

namespace Waybill.Server.Scheduling;

/// <summary>Makes and announces the next certificate ahead of the present one's end, and lets it take over on its day. Every listener takes it from the next connection on.</summary>
internal sealed class CertificateJob(Installation installation, WaybillConfiguration configuration) : IScheduledJob
{
    public const string JobName = "certificate";

    private static readonly TimeOnly At = new(4, 40);

    private readonly CertificateRenewal _renewal = CertificateRenewal.Of(installation, configuration, Actor.System, TimeProvider.System);

    public string Name => JobName;

    public Schedule Schedule => ScheduleOf(configuration);

    /// <summary>A server that was down for long may hold a certificate that has ended.</summary>
    public bool IsDueAtStart => true;

    public static Schedule ScheduleOf(WaybillConfiguration configuration) => Schedule.Daily(At, ConfigurationCheck.Zone(configuration.Provider));

    public ValueTask<Outcome> RunAsync(CancellationToken cancellationToken) => _renewal.RunAsync(cancellationToken);
}
