using Microsoft.Extensions.Logging;
using Waybill.Core;
using Waybill.Server.Configuration;

namespace Waybill.Server.Scheduling;

/// <summary>Compares the vaults with the catalogue, at the start of the server and from time to time.</summary>
internal sealed partial class CatalogueScanJob(Installation installation, CatalogueSection settings, ILogger<CatalogueScanJob> logger) : IScheduledJob
{
    public const string JobName = "catalogue-scan";

    public string Name => JobName;

    public Schedule Schedule => ScheduleOf(settings)!;

    /// <summary>Whoever put files in while the server was down is not to wait.</summary>
    public bool IsDueAtStart => true;

    /// <summary>When; null for never.</summary>
    public static Schedule? ScheduleOf(CatalogueSection settings) => settings.ScanMinutes > 0 ? Schedule.Every(TimeSpan.FromMinutes(settings.ScanMinutes)) : null;

    public async ValueTask<Outcome> RunAsync(CancellationToken cancellationToken)
    {
        var scanned = await installation.Scan.RunAsync(null, Actor.System, cancellationToken);
        if (scanned.Value is { } report && (report.Found > 0 || report.Changed > 0 || report.Missing > 0 || report.Returned > 0 || report.VaultsNotRead > 0 || report.VaultsInPart > 0))
        {
            LogScanned(logger, report.Files, report.Found, report.Changed, report.Missing, report.Returned, report.VaultsNotRead, report.VaultsInPart);
        }

        return new Outcome(scanned.Problem);
    }

    [LoggerMessage(EventId = 60, Level = LogLevel.Information,
        Message = "Scanned {Files} files: {Found} put in by hand, {Changed} changed, {Missing} missing, {Returned} there again; {VaultsNotRead} vaults not there, {VaultsInPart} seen in part")]
    private static partial void LogScanned(ILogger logger, long files, long found, long changed, long missing, long returned, int vaultsNotRead, int vaultsInPart);
}
