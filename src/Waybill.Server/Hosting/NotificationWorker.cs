using Microsoft.Extensions.Logging;
using Waybill.Core.Database;
using Waybill.Core.Expectations;
using Waybill.Core.Notifications;
using Waybill.Server.Configuration;

namespace Waybill.Server.Hosting;

/// <summary>
/// Sends what is to be told, each second; and looks each minute whether what was expected has come. One at a time, each in its own loop, and no jobs of the schedule:
/// both poll rows of the database that say themselves when they are due, digests by the time zone of whoever gets them.
/// </summary>
internal sealed partial class NotificationWorker : IAsyncDisposable
{
    /// <summary>How often it looks whether something is due; that costs microseconds.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How often expectations are judged.</summary>
    public static readonly TimeSpan ExpectationInterval = TimeSpan.FromMinutes(1);

    /// <summary>How long a stop waits for a mail or a call that has begun; what is cut off then is sent again, under its own Message-ID.</summary>
    public static readonly TimeSpan StopTime = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _now = new();
    private readonly NotificationDispatcher _dispatcher;
    private readonly ExpectationChecker _checker;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private Task _sending = Task.CompletedTask;
    private Task _judging = Task.CompletedTask;

    public NotificationWorker(Installation installation, WaybillConfiguration configuration, TimeProvider time, ILogger logger)
    {
        var dispatcher = NotificationDispatcher.Create(installation.Database, NotificationSettings.Options(configuration, installation.Data), time);
        _dispatcher = dispatcher.Succeeded ? dispatcher.Value : throw new CommandException(dispatcher.Problem.Message);
        _checker = new ExpectationChecker(installation.Database, NotificationSettings.Zone(configuration), installation.Feeds);
        _time = time;
        _logger = logger;
    }

    public void Start()
    {
        // On the pool: whoever starts the server waits for none of it.
        _sending = Task.Run(() => RepeatAsync(Interval, async () => (await _dispatcher.RunAsync(_stop.Token, _now.Token)).Problem?.Message ?? _dispatcher.MailTrouble));
        _judging = Task.Run(() => RepeatAsync(ExpectationInterval, async () => (await _checker.RunAsync(_time.GetUtcNow(), _stop.Token)).Problem?.Message));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _now.CancelAfter(StopTime);
        await Task.WhenAll(_sending, _judging);
        await _dispatcher.DisposeAsync();
        _stop.Dispose();
        _now.Dispose();
    }

    private async Task RepeatAsync(TimeSpan interval, Func<Task<string?>> work)
    {
        using var timer = new PeriodicTimer(interval, _time);
        string? said = null;
        try
        {
            do
            {
                // A mail server that is away is said once, not each second.
                var trouble = await TryAsync(work);
                if (trouble is not null && trouble != said)
                {
                    LogTrouble(_logger, trouble);
                }

                said = trouble;
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private async Task<string?> TryAsync(Func<Task<string?>> work)
    {
        try
        {
            return await work();
        }
        catch (DatabaseException problem)
        {
            return problem.Message;
        }
        catch (Exception defect) when (!_stop.IsCancellationRequested)
        {
            // Whatever it was: the server goes on, and the next round tries again.
            return $"{defect.GetType().Name}: {defect.Message}";
        }
    }

    [LoggerMessage(EventId = 60, Level = LogLevel.Warning, Message = "Notifications wait: {Reason}")]
    private static partial void LogTrouble(ILogger logger, string reason);
}
