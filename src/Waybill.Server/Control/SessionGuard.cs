using Microsoft.Extensions.Logging;
using Waybill.Core.Logins;
using Waybill.Server.Hosting;

namespace Waybill.Server.Control;

/// <summary>
/// Ends sessions whose key, password, login or account may not go on: looks when another process has changed something (a command also says so at once), for keys
/// that expire, and now and then at all of them: the day may have come from which a login must use TLS.
/// </summary>
internal sealed partial class SessionGuard(SessionRegistry sessions, LoginDirectory directory, TimeProvider timeProvider, ILogger logger) : PeriodicWork(Interval, timeProvider, logger)
{
    /// <summary>How often the revision is asked; a revoked key's sessions end within this even when no command could say so.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>After this all sessions are looked at although nothing has changed; 10,000 of them are 0.3 s of one core.</summary>
    public static readonly TimeSpan Unasked = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _checking = new(1);
    private long _revision = -1;
    private DateTimeOffset _checked;

    /// <summary>Checks every session now.</summary>
    public async Task RecheckAsync()
    {
        await _checking.WaitAsync();
        try
        {
            foreach (var session in sessions.Sessions)
            {
                var candidate = await directory.FindAsync(session.View.User);
                var reason = directory.Check(candidate, session.Credential, session.Address);
                if (reason != LoginReason.Ok)
                {
                    session.Kick(reason.Describe(), reason == LoginReason.TlsRequired ? candidate?.TlsFrom : null);
                }
            }
        }
        finally
        {
            _checking.Release();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _checking.Dispose();
    }

    protected override async Task WorkAsync(CancellationToken stopping)
    {
        if (sessions.Count == 0)
        {
            return;
        }

        try
        {
            var now = await directory.RevisionAsync(stopping);
            var time = Time.GetUtcNow();
            if (now != _revision || time - _checked >= Unasked || sessions.Sessions.Any(session => session.KickReason is null && session.Credential.IsExpired(time)))
            {
                await RecheckAsync();
                (_revision, _checked) = (now, time);
            }
        }
        catch (Exception error) when (error is Core.Database.DatabaseException)
        {
            LogUnreadable(Logger, error.Message);
        }
    }

    [LoggerMessage(EventId = 30, Level = LogLevel.Error, Message = "Sessions cannot be checked against the database: {Reason}")]
    private static partial void LogUnreadable(ILogger logger, string reason);
}
