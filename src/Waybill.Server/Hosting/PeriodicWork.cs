namespace Waybill.Server.Hosting;

/// <summary>
/// A loop that works at each interval until it is disposed, which waits for the round that runs. For what is no job of the schedule, since it must go on when the
/// clock is set back.
/// </summary>
internal abstract class PeriodicWork(TimeSpan interval, TimeProvider timeProvider) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    protected TimeProvider Time { get; } = timeProvider;

    public void Start() => _loop = RunAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    /// <summary>One round. What it throws ends the loop.</summary>
    protected abstract Task WorkAsync(CancellationToken stopping);

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(interval, Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                await WorkAsync(_stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The server stops.
        }
    }
}
