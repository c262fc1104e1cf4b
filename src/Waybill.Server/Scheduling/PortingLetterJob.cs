using Waybill.Core;
using Waybill.Core.Porting;
using Waybill.Server.Configuration;

namespace Waybill.Server.Scheduling;

/// <summary>Removes letters of authority whose time is over, early each day.</summary>
internal sealed class PortingLetterJob(PortingService porting, WaybillConfiguration configuration) : IScheduledJob
{
    public const string JobName = "porting-letters";

    private static readonly TimeOnly At = new(0, 20);

    public string Name => JobName;

    public Schedule Schedule => ScheduleOf(configuration);

    public static Schedule ScheduleOf(WaybillConfiguration configuration) => Schedule.Daily(At, ConfigurationCheck.Zone(configuration.Provider));

    public async ValueTask<Outcome> RunAsync(CancellationToken cancellationToken) => new((await porting.RemoveLettersAsync(cancellationToken)).Problem);
}
