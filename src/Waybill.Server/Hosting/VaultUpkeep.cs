using Waybill.Storage.Local;

namespace Waybill.Server.Hosting;

/// <summary>
/// What cut-off uploads leave behind (promises D5 and D7): one walk over the vaults at the start, and every hour the removal of those that nobody went on with.
/// A loop and no job of the schedule: it needs no set time, and must go on when the clock is set back.
/// </summary>
internal sealed class VaultUpkeep : IAsyncDisposable
{
    /// <summary>How often is looked for partials whose time is over. They are neither shown nor adopted from that time on; this frees their room.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _walk;
    private readonly Task _others;
    private readonly Task _loop;

    private VaultUpkeep(LocalVaults vaults, TimeProvider timeProvider, Action<CancellationToken>? sweepOthers)
    {
        _walk = Task.Run(() => vaults.SweepTemporaries(_stop.Token), CancellationToken.None);
        _others = sweepOthers is null ? Task.CompletedTask : Task.Run(() => sweepOthers(_stop.Token), CancellationToken.None);
        _loop = RunAsync(vaults, timeProvider);
    }

    /// <summary>Begins.</summary>
    /// <param name="vaults">The vaults.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="sweepOthers">Sweeps the trees beside them that take copies across file systems.</param>
    public static VaultUpkeep Start(LocalVaults vaults, TimeProvider timeProvider, Action<CancellationToken>? sweepOthers = null) => new(vaults, timeProvider, sweepOthers);

    /// <summary>Waits for the walk, no longer than that.</summary>
    public Task WalkedAsync(TimeSpan patience) => Task.WhenAny(_walk, Task.Delay(patience, CancellationToken.None));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAny(_walk);
        await Task.WhenAny(_others);
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync(LocalVaults vaults, TimeProvider timeProvider)
    {
        using var timer = new PeriodicTimer(Interval, timeProvider);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                await Task.WhenAny(_walk);
                await Task.Run(() => vaults.PurgePartials(_stop.Token), CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The server stops.
        }
    }
}
