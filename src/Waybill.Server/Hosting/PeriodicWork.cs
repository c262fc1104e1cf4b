using Microsoft.Extensions.Logging;

namespace Waybill.Server.Hosting;

/// <summary>
/// A loop that works at each interval until it is disposed, which waits for the round that runs. For what is no job of the schedule, since it must go on when the
/// clock is set back. Nothing that a round throws ends it: a revoked key must end its sessions also after a defect.
/// </summary>
internal abstract partial class PeriodicWork(TimeSpan interval, TimeProvider timeProvider, ILogger logger) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;
    private bool _isFailing;

    protected TimeProvider Time { get; } = timeProvider;

    protected ILogger Logger { get; } = logger;

    public void Start() => _loop = RunAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    /// <summary>One round. What it throws is logged once, until a round succeeds.</summary>
    protected abstract Task WorkAsync(CancellationToken stopping);

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(interval, Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                await TryAsync();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private async Task TryAsync()
    {
        try
        {
            await WorkAsync(_stop.Token);
            _isFailing = false;
        }
        catch (Exception error) when (error is not OperationCanceledException || !_stop.IsCancellationRequested)
        {
            if (!_isFailing)
            {
                LogFailed(Logger, GetType().Name, $"{error.GetType().Name}: {error.Message}");
            }

            _isFailing = true;
        }
    }

    [LoggerMessage(EventId = 54, Level = LogLevel.Error, Message = "{Work} failed, and goes on: {Reason}")]
    private static partial void LogFailed(ILogger logger, string work, string reason);
}
