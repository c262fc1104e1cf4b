using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Quartz;
using Waybill.Core.Scheduling;
using Waybill.Server.Hosting;

namespace Waybill.Server.Scheduling;

/// <summary>
/// Runs the server's jobs: at set times with Quartz.NET, in intervals with a timer, since Quartz goes by the time of day and a clock that is set back by a day would
/// put an hourly job off by a day. Quartz' store is in memory: what is to be remembered, when each job was last done, is a row of the database.
/// </summary>
/// <param name="ledger">The rows.</param>
/// <param name="jobs">The jobs.</param>
/// <param name="time">The clock that they go by.</param>
/// <param name="loggers">Where failures go.</param>
internal sealed partial class JobScheduler(ScheduleLedger ledger, IReadOnlyList<IScheduledJob> jobs, TimeProvider time, ILoggerFactory loggers) : IAsyncDisposable
{
    /// <summary>Jobs with set times that run at once.</summary>
    public const int AtOnce = 2;

    /// <summary>How often it looks, by the time that passes, whether the clock was set back.</summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger = loggers.CreateLogger<JobScheduler>();
    private readonly CancellationTokenSource _stop = new();
    private ServiceProvider? _services;
    private IScheduler? _scheduler;
    private Task _loops = Task.CompletedTask;
    private Watch? _watch;

    /// <summary>Takes up the schedules, and what was missed since the last time at once.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var services = new ServiceCollection();
        services.AddSingleton(loggers);
        services.AddSingleton(this);
        services.AddLogging();
        services.AddQuartz(quartz =>
        {
            quartz.UseTimeProvider(time);
            quartz.UseInMemoryStore();
            quartz.UseDefaultThreadPool(AtOnce);
        });
        _services = services.BuildServiceProvider();
        _scheduler = await _services.GetRequiredService<ISchedulerFactory>().GetScheduler(cancellationToken);
        foreach (var job in jobs.Where(static job => job.Schedule.Interval is null))
        {
            var detail = JobBuilder.Create<Turn>().WithIdentity(job.Name).Build();
            await _scheduler.ScheduleJob(detail, job.Schedule.Trigger(job.Name, time), cancellationToken: cancellationToken);
            var entry = await ledger.FindAsync(job.Name, time.GetUtcNow(), cancellationToken);
            if (entry.Succeeded && job.Schedule.Missed(entry.Value.Due, time.GetUtcNow()) is { } missed)
            {
                LogMissed(_logger, job.Name, missed.UtcDateTime);
                await _scheduler.TriggerJob(new JobKey(job.Name), cancellationToken: cancellationToken);
            }
            else if (job.IsDueAtStart)
            {
                await _scheduler.TriggerJob(new JobKey(job.Name), cancellationToken: cancellationToken);
            }
        }

        await _scheduler.Start(cancellationToken);
        _watch = new Watch(this, time, _logger);
        _watch.Start();
        _loops = Task.WhenAll(jobs.Where(static job => job.Schedule.Interval is not null).Select(RepeatAsync));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loops;
        if (_watch is not null)
        {
            await _watch.DisposeAsync();
        }

        if (_scheduler is not null)
        {
            await _scheduler.Shutdown(waitForJobsToComplete: true);
        }

        if (_services is not null)
        {
            await _services.DisposeAsync();
        }

        _stop.Dispose();
    }

    /// <summary>
    /// Makes the triggers anew that wait for a later time than the job is due at: they were made while the clock was ahead, and Quartz would go by that. A time that
    /// was served before the clock was set back, a while behind it too where the clock had jumped over it, is not due again.
    /// </summary>
    private async Task LookAsync(CancellationToken stopping)
    {
        foreach (var job in jobs.Where(static job => job.Schedule.Interval is null))
        {
            var key = new TriggerKey(job.Name);
            if (await _scheduler!.GetTrigger(key, stopping) is { } trigger
                && job.Schedule.After(time.GetUtcNow()) is { } due && trigger.NextFireTimeUtc > due && !HasServed(trigger, due, job.Schedule.After(due)))
            {
                await _scheduler.RescheduleJob(key, job.Schedule.Trigger(job.Name, time), stopping);
            }
        }
    }

    private static bool HasServed(ITrigger trigger, DateTimeOffset due, DateTimeOffset? next) =>
        trigger.PreviousFireTimeUtc is { } last && last >= due && (next is null || last < next);

    private async Task RepeatAsync(IScheduledJob job)
    {
        using var timer = new PeriodicTimer(job.Schedule.Interval!.Value, time);
        try
        {
            await ledger.FindAsync(job.Name, time.GetUtcNow(), _stop.Token);
            if (job.IsDueAtStart)
            {
                // Elsewhere: a job that never waits, as a scan of many vaults does, would keep the server from being ready.
                await Task.Run(() => RunAsync(job.Name).AsTask(), CancellationToken.None);
            }

            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                await RunAsync(job.Name);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private async ValueTask RunAsync(string name)
    {
        var job = jobs.First(job => job.Name == name);
        var began = time.GetUtcNow();
        string? problem;
        try
        {
            await ledger.BeginAsync(name, began, _stop.Token);
            problem = (await job.RunAsync(_stop.Token)).Problem?.Message;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Not done with: the next start makes up for it.
            return;
        }
        catch (Exception error)
        {
            problem = $"{error.GetType().Name}: {error.Message}";
        }

        if (problem is not null)
        {
            LogFailed(_logger, name, problem);
        }

        var ended = await ledger.EndAsync(name, began, time.GetUtcNow(), problem);
        if (!ended.Succeeded)
        {
            LogFailed(_logger, name, ended.Problem.Message);
        }
    }

    [LoggerMessage(EventId = 50, Level = LogLevel.Warning, Message = "The job {Job} failed: {Problem}")]
    private static partial void LogFailed(ILogger logger, string job, string problem);

    [LoggerMessage(EventId = 51, Level = LogLevel.Information, Message = "The job {Job} was due at {Due:u} and is done now")]
    private static partial void LogMissed(ILogger logger, string job, DateTime due);

    private sealed class Watch(JobScheduler scheduler, TimeProvider time, ILogger logger) : PeriodicWork(LookInterval, time, logger)
    {
        protected override Task WorkAsync(CancellationToken stopping) => scheduler.LookAsync(stopping);
    }

    /// <summary>One firing of a trigger. A job that takes longer than its interval is not begun a second time beside itself.</summary>
    [DisallowConcurrentExecution]
    private sealed class Turn(JobScheduler scheduler) : IJob
    {
        public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) => scheduler.RunAsync(context.JobDetail.Key.Name);
    }
}
