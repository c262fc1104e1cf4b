using Waybill.Core;
using Waybill.Core.Keys.Life;
using Waybill.Server.Configuration;

namespace Waybill.Server.Scheduling;

/// <summary>Tells customers, day by day, of keys that will expire.</summary>
internal sealed class KeyReminderJob(Installation installation, WaybillConfiguration configuration) : IScheduledJob
{
    public const string JobName = "key-reminders";

    private static readonly TimeOnly At = new(6, 15);

    private readonly KeyReminders _reminders = new(installation.Database, ConfigurationCheck.Zone(configuration.Provider), TimeProvider.System);

    public string Name => JobName;

    public Schedule Schedule => ScheduleOf(configuration);

    public static Schedule ScheduleOf(WaybillConfiguration configuration) => Schedule.Daily(At, ConfigurationCheck.Zone(configuration.Provider));

    public async ValueTask<Outcome> RunAsync(CancellationToken cancellationToken) => new((await _reminders.RunAsync(cancellationToken)).Problem);
}
