using Waybill.Core;
using Waybill.Core.Onboarding;
using Waybill.Server.Configuration;

namespace Waybill.Server.Scheduling;

/// <summary>Removes requests for access whose address nobody confirmed.</summary>
internal sealed class RequestPurgeJob(OnboardingService onboarding, WaybillConfiguration configuration) : IScheduledJob
{
    public const string JobName = "request-purge";

    private static readonly TimeOnly At = new(3, 50);

    public string Name => JobName;

    public Schedule Schedule => ScheduleOf(configuration);

    public static Schedule ScheduleOf(WaybillConfiguration configuration) => Schedule.Daily(At, ConfigurationCheck.Zone(configuration.Provider));

    public async ValueTask<Outcome> RunAsync(CancellationToken cancellationToken) => new((await onboarding.PurgeAsync(cancellationToken)).Problem);
}
