using Microsoft.Extensions.Logging;
using Waybill.Core.Database;
using Waybill.Server.Configuration;

namespace Waybill.Server.Hosting;

/// <summary>
/// Hashes in the background what has arrived, one file at a time, slowly, and out of the way of transfers. A loop and no job of the schedule: nothing of it is due
/// at a time, it looks for what is there.
/// </summary>
internal sealed partial class CatalogueUpkeep(Installation installation, CatalogueSection settings, TimeProvider time, ILogger<CatalogueUpkeep> logger) : IAsyncDisposable
{
    /// <summary>How often it is looked for files without a hash.</summary>
    public static readonly TimeSpan HashEvery = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private Task _hashing = Task.CompletedTask;

    public void Start()
    {
        if (settings.HashMegabytesPerSecond > 0)
        {
            _hashing = Task.Run(RunAsync, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _hashing;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var hashing = installation.BackgroundHashing;
        try
        {
            while (true)
            {
                try
                {
                    var hashed = await hashing.RunAsync(null, settings.HashMegabytesPerSecond * 1_000_000L, _stop.Token);
                    if (!hashed.Succeeded)
                    {
                        LogFailed(logger, hashed.Problem.Message);
                    }
                }
                catch (Exception error) when (error is DatabaseException or IOException)
                {
                    // The next time may go better; until then the log says what it was.
                    LogFailed(logger, error.Message);
                }

                await Task.Delay(HashEvery, time, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The server stops: what was written stays, the rest is found at the next start.
        }
    }

    [LoggerMessage(EventId = 61, Level = LogLevel.Warning, Message = "Hashing waits: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
