using Microsoft.Extensions.Logging;
using Waybill.Core;
using Waybill.Core.Database;
using Waybill.Server.Configuration;

namespace Waybill.Server.Hosting;

/// <summary>
/// Keeps the catalogue true in the background: a scan of the vaults at the start and from time to time, and hashes of what has arrived, one file at a time and
/// slowly. Neither may disturb a customer: both do one thing at a time, and what they find they write in short transactions.
/// </summary>
internal sealed partial class CatalogueUpkeep(Installation installation, CatalogueSection settings, TimeProvider time, ILogger<CatalogueUpkeep> logger) : IAsyncDisposable
{
    /// <summary>How often it is looked for files without a hash.</summary>
    public static readonly TimeSpan HashEvery = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private Task _scanning = Task.CompletedTask;
    private Task _hashing = Task.CompletedTask;

    public void Start()
    {
        if (settings.ScanMinutes > 0)
        {
            _scanning = Task.Run(() => RepeatAsync(TimeSpan.FromMinutes(settings.ScanMinutes), ScanAsync), CancellationToken.None);
        }

        if (settings.HashMegabytesPerSecond > 0)
        {
            _hashing = Task.Run(() => RepeatAsync(HashEvery, HashAsync), CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_scanning, _hashing);
        _stop.Dispose();
    }

    private async Task RepeatAsync(TimeSpan interval, Func<CancellationToken, Task> act)
    {
        try
        {
            while (true)
            {
                try
                {
                    await act(_stop.Token);
                }
                catch (Exception error) when (error is DatabaseException or IOException)
                {
                    // The next time may go better; until then the log says what it was.
                    LogFailed(logger, error.Message);
                }

                await Task.Delay(interval, time, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The server stops: what was written stays, the rest is found at the next start.
        }
    }

    private async Task ScanAsync(CancellationToken cancellationToken)
    {
        var scanned = await installation.Scan.RunAsync(null, Actor.System, cancellationToken);
        if (!scanned.Succeeded)
        {
            LogFailed(logger, scanned.Problem.Message);
        }
        else if (scanned.Value is { Found: > 0 } or { Changed: > 0 } or { Missing: > 0 } or { Returned: > 0 } or { VaultsNotRead: > 0 })
        {
            var report = scanned.Value;
            LogScanned(logger, report.Files, report.Found, report.Changed, report.Missing, report.Returned, report.VaultsNotRead);
        }
    }

    private async Task HashAsync(CancellationToken cancellationToken)
    {
        var hashed = await installation.Hashing.RunAsync(null, settings.HashMegabytesPerSecond * 1_000_000L, cancellationToken);
        if (!hashed.Succeeded)
        {
            LogFailed(logger, hashed.Problem.Message);
        }
    }

    [LoggerMessage(EventId = 60, Level = LogLevel.Information,
        Message = "Scanned {Files} files: {Found} put in by hand, {Changed} changed, {Missing} missing, {Returned} there again; {VaultsNotRead} vaults not there")]
    private static partial void LogScanned(ILogger logger, long files, long found, long changed, long missing, long returned, int vaultsNotRead);

    [LoggerMessage(EventId = 61, Level = LogLevel.Warning, Message = "The upkeep of the catalogue waits: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
