using Microsoft.Extensions.Logging;
using Waybill.Core.Logins;

namespace Waybill.Server.Control;

/// <summary>
/// Ends sessions whose key, login or account may not go on: looks when another process has changed something (a command also says so at once), and for keys
/// that expire.
/// </summary>
internal sealed partial class SessionGuard(SessionRegistry sessions, LoginDirectory directory, TimeProvider timeProvider, ILogger logger) : IAsyncDisposable
{
    /// <summary>How often the revision is asked; a revoked key's sessions end within this even when no command could say so.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _checking = new(1);
    private Task _loop = Task.CompletedTask;

    public void Start() => _loop = RunAsync();

    /// <summary>Checks every session now.</summary>
    public async Task RecheckAsync()
    {
        await _checking.WaitAsync();
        try
        {
            foreach (var session in sessions.Sessions)
            {
                var candidate = await directory.FindAsync(session.View.User);
                var reason = directory.Check(candidate, session.Key.Blob.Span, session.Address);
                if (reason != LoginReason.Ok)
                {
                    session.Kick(reason.Describe());
                }
            }
        }
        finally
        {
            _checking.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
        _checking.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Interval, timeProvider);
        var revision = -1L;
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                if (sessions.Count == 0)
                {
                    continue;
                }

                try
                {
                    var now = await directory.RevisionAsync(_stop.Token);
                    var time = timeProvider.GetUtcNow();
                    if (now != revision || sessions.Sessions.Any(session => session.KickReason is null && session.Key.IsExpired(time)))
                    {
                        await RecheckAsync();
                        revision = now;
                    }
                }
                catch (Exception error) when (error is Core.Database.DatabaseException)
                {
                    LogUnreadable(logger, error.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    [LoggerMessage(EventId = 30, Level = LogLevel.Error, Message = "Sessions cannot be checked against the database: {Reason}")]
    private static partial void LogUnreadable(ILogger logger, string reason);
}
