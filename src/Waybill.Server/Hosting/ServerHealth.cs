using Microsoft.Extensions.Logging;
using Waybill.Portal;
using Waybill.Server.Checks;
using Waybill.Server.CommandLine;
using Waybill.Server.Configuration;

namespace Waybill.Server.Hosting;

/// <summary>
/// The checks of <c>doctor</c> for the portal, by the configuration that this server runs with. What changes under people's hands is looked at each time; what reads whole
/// tables, files or the DNS is looked at when somebody asks and the last look is old, and whoever asks then gets the last one: nobody waits, but the first.
/// </summary>
internal sealed partial class ServerHealth(Installation installation, WaybillConfiguration configuration, TimeProvider time, ILogger logger) : IServerHealth, IAsyncDisposable
{
    /// <summary>How long a long look is good for.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _looking = Task.CompletedTask;
    private volatile Look? _last;

    public async ValueTask<IReadOnlyList<HealthFinding>> LookAsync(CancellationToken cancellationToken)
    {
        var looking = LookAgain();
        if (_last is null)
        {
            await looking.WaitAsync(cancellationToken);
        }

        List<Finding> quick =
        [
            .. await InstallationChecks.TryAsync("room", () => ValueTask.FromResult(UpkeepChecks.Room(installation.Data, configuration))),
            .. await InstallationChecks.TryAsync("upkeep", () => UpkeepChecks.QuickAsync(installation, cancellationToken)),
        ];
        return
        [
            .. quick.Concat(_last?.Findings ?? []).Select(finding => new HealthFinding(
                (HealthVerdict)finding.Verdict, finding.Check, finding.Message,
                finding.Remedy is { } remedy ? $"{remedy.Words}: {ShellWord.Command(installation.Data, remedy.Command)}" : null)),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _looking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private Task LookAgain()
    {
        lock (_gate)
        {
            if (_looking.IsCompleted && (_last is null || time.GetUtcNow() - _last.At >= Fresh))
            {
                _looking = Task.Run(LongAsync, _stopping.Token);
            }

            return _looking;
        }
    }

    private async Task LongAsync()
    {
        try
        {
            List<Finding> findings =
            [
                .. await InstallationChecks.TryAsync("platform", static () => ValueTask.FromResult(InstallationChecks.Platform())),
                .. await InstallationChecks.TryAsync("configuration", () => ValueTask.FromResult(InstallationChecks.Configuration(configuration, installation.Data))),
                .. await InstallationChecks.TryAsync("files", () => ValueTask.FromResult(InstallationChecks.Files(installation.Data))),
                .. await InstallationChecks.TryAsync("host keys", () => ValueTask.FromResult<IEnumerable<Finding>>(InstallationChecks.HostKeys(installation.Data, configuration))),
                .. await InstallationChecks.TryAsync("people", () => InstallationChecks.PeopleAsync(installation, _stopping.Token)),
                .. await InstallationChecks.TryAsync("ftp", () => FtpChecks.UseAsync(installation, _stopping.Token)),
                .. await InstallationChecks.TryAsync("upkeep", () => UpkeepChecks.LongAsync(installation, _stopping.Token)),
            ];
            _last = new Look(time.GetUtcNow(), findings);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // A look that breaks is tried again by the next visitor, and is not the end of the page.
            LogBroken(logger, error);
            _last ??= new Look(time.GetUtcNow(), [new Finding(Verdict.Failure, "checks", "the checks themselves broke; see the log of the server")]);
        }
    }

    [LoggerMessage(EventId = 45, Level = LogLevel.Error, Message = "The checks for the portal broke")]
    private static partial void LogBroken(ILogger logger, Exception error);

    private sealed record Look(DateTimeOffset At, IReadOnlyList<Finding> Findings);
}
