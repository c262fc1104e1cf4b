using Waybill.Core;
using Waybill.Core.Porting;

namespace Waybill.Server.Scheduling;

/// <summary>Tells the provider of orders of porting with which it is late, four times an hour: answers are due at any time of a working day.</summary>
internal sealed class PortingOverdueJob(PortingService porting) : IScheduledJob
{
    public const string JobName = "porting-overdue";

    public static Schedule Every { get; } = Schedule.Every(PortingLimits.OverdueEvery);

    public string Name => JobName;

    public Schedule Schedule => Every;

    /// <summary>What became late while the server was down.</summary>
    public bool IsDueAtStart => true;

    public async ValueTask<Outcome> RunAsync(CancellationToken cancellationToken) => new((await porting.TellOverdueAsync(cancellationToken)).Problem);
}
