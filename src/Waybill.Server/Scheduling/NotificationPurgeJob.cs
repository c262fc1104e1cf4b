using Waybill.Core;
using Waybill.Core.Notifications;
using Waybill.Server.Configuration;

namespace Waybill.Server.Scheduling;

/// <summary>Removes old events and dead letters, which would else grow for ever.</summary>
internal sealed class NotificationPurgeJob(NotificationService notifications, WaybillConfiguration configuration) : IScheduledJob
{
    public const string JobName = "notification-purge";

    private static readonly TimeOnly At = new(3, 40);

    public string Name => JobName;

    public Schedule Schedule => ScheduleOf(configuration);

    public static Schedule ScheduleOf(WaybillConfiguration configuration) => Schedule.Daily(At, ConfigurationCheck.Zone(configuration.Provider));

    public async ValueTask<Outcome> RunAsync(CancellationToken cancellationToken) => new((await notifications.PurgeAsync(cancellationToken)).Problem);
}
