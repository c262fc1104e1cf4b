using Waybill.Core.Database;

namespace Waybill.Core.Notifications;

/// <summary>
/// Turns events into mails and calls of web hooks, and sends what is due. One process does this for a data directory: the server. A notification is never
/// lost: it is sent at least once, and again only after a kill (or a lost reply) between the receiver's yes and our commit, with the same Message-ID.
/// </summary>
public sealed class NotificationDispatcher : IAsyncDisposable
{
    private readonly WaybillDatabase _database;
    private readonly OutboxWriter _writer;
    private readonly Func<IMailTransport> _mail;
    private readonly HookCaller _hooks;
    private readonly TimeProvider _time;

    // The mails' first, then those of the hooks: each ends beside the next rounds where somebody is slow to answer, so that nobody else waits for it.
    private readonly Task<Outcome>[] _work = new Task<Outcome>[1 + NotificationLimits.HooksAtOnce];
    private bool _recovered;
    private long _lastHook;
    private int _mailFailures;
    private DateTimeOffset _mailRetryAt = DateTimeOffset.MinValue;

    internal NotificationDispatcher(WaybillDatabase database, NotificationOptions options, TemplateSet templates, Func<IMailTransport> mail, TimeProvider time)
    {
        _database = database;
        _writer = new OutboxWriter(database, options, templates, time);
        _mail = mail;
        _hooks = new HookCaller(new HookTargets(options.HookNetworks), time);
        _time = time;
        Array.Fill(_work, Task.FromResult(Outcome.Done));
    }

    /// <summary>Why mails do not get away at present; null when they do.</summary>
    public string? MailTrouble { get; private set; }

    /// <summary>Prepares it; a broken template is a problem.</summary>
    public static Result<NotificationDispatcher> Create(WaybillDatabase database, NotificationOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        var templates = TemplateSet.Load(options.TemplateFolder);
        return templates.Succeeded
            ? new NotificationDispatcher(database, options, templates.Value, () => options.Smtp is { } smtp ? new SmtpTransport(smtp, options, time) : new MailFolder(options), time)
            : templates.Problem;
    }

    /// <summary>
    /// Does what is due now, for as long as a round may take. A try that has begun is ended by <paramref name="now"/> only; nothing new begins once
    /// <paramref name="stop"/> is asked for.
    /// </summary>
    public async ValueTask<Outcome> RunAsync(CancellationToken stop, CancellationToken now)
    {
        try
        {
            return await WorkAsync(stop, now).ConfigureAwait(false);
        }
        catch
        {
            // What was being sent is in an unknown state, as after a kill; what still is must not be sent a second time beside itself.
            await EndAsync().ConfigureAwait(false);
            _recovered = false;
            throw;
        }
    }

    /// <summary>Waits for the tries that have begun.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndAsync().ConfigureAwait(false);
        _hooks.Dispose();
    }

    private async Task EndAsync()
    {
        Task all = Task.WhenAll(_work);
        await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Array.Fill(_work, Task.FromResult(Outcome.Done));
    }

    private async ValueTask<Outcome> WorkAsync(CancellationToken stop, CancellationToken now)
    {
        if (!_recovered)
        {
            var recovered = await _database.WriteAsync<int>(transaction => OutboxSql.Recover(transaction.Connection, _time.GetUtcNow()), now).ConfigureAwait(false);
            if (!recovered.Succeeded)
            {
                return recovered.Problem;
            }

            _recovered = true;
        }

        // How those ended that went on beside other rounds.
        var ended = await TroubleAsync().ConfigureAwait(false);
        var (hasWork, isFarOff) = await _database.ReadAsync(
            connection => (OutboxSql.HasWork(connection, _time.GetUtcNow()), OutboxSql.IsFarOff(connection, _time.GetUtcNow())), now).ConfigureAwait(false);
        if (isFarOff)
        {
            var set = await _database.WriteAsync<int>(transaction => OutboxSql.BringNear(transaction.Connection, _time.GetUtcNow()), now).ConfigureAwait(false);
            if (!set.Succeeded)
            {
                return set.Problem;
            }
        }
        else if (!hasWork)
        {
            return new Outcome(ended);
        }

        var goesOn = Bounded(stop);
        Result<int> handled;
        do
        {
            handled = await _writer.HandleAsync(now).ConfigureAwait(false);
        }
        while (goesOn() && handled is { Succeeded: true, Value: > 0 });

        Result<bool> digests;
        do
        {
            digests = await _writer.MakeDigestAsync(now).ConfigureAwait(false);
        }
        while (goesOn() && digests is { Succeeded: true, Value: true });

        await SendAsync(Bounded(stop), now).ConfigureAwait(false);
        var purged = await _database.WriteAsync<int>(
            transaction => OutboxSql.Purge(transaction.Connection, _time.GetUtcNow() - NotificationLimits.KeepSent), now).ConfigureAwait(false);
        return new Outcome(ended ?? await TroubleAsync().ConfigureAwait(false) ?? handled.Problem ?? digests.Problem ?? purged.Problem);
    }

    /// <summary>Whether something new may begin: not for longer than a round lasts, and not once the server stops.</summary>
    private Func<bool> Bounded(CancellationToken stop)
    {
        var begun = _time.GetTimestamp();
        return () => !stop.IsCancellationRequested && _time.GetElapsedTime(begun) < NotificationLimits.RoundTime;
    }

    /// <summary>Sends what is due, and waits for it for as long as a round lasts; not for what an earlier round has begun.</summary>
    private async Task SendAsync(Func<bool> goesOn, CancellationToken now)
    {
        var begun = new List<Task>();
        for (var i = 0; i < _work.Length; i++)
        {
            if (_work[i].IsCompleted)
            {
                _work[i] = i == 0 ? SendMailsAsync(goesOn, now) : CallHooksAsync(goesOn, now);
                begun.Add(_work[i]);
            }
        }

        await Task.WhenAll(begun).WaitAsync(NotificationLimits.RoundTime, _time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>What went wrong with those that have ended; what one of them threw is thrown.</summary>
    private async Task<Problem?> TroubleAsync()
    {
        Problem? trouble = null;
        for (var i = 0; i < _work.Length; i++)
        {
            if (_work[i].IsCompleted)
            {
                trouble ??= (await _work[i].ConfigureAwait(false)).Problem;
                _work[i] = Task.FromResult(Outcome.Done);
            }
        }

        return trouble;
    }

    private async Task<Outcome> SendMailsAsync(Func<bool> goesOn, CancellationToken now)
    {
        using var transport = _mail();
        while (goesOn() && _mailRetryAt - _time.GetUtcNow() is var wait && (wait <= TimeSpan.Zero || wait > NotificationLimits.LongestMailPause))
        {
            var claimed = await ClaimAsync(OutboxSql.ClaimMail, now).ConfigureAwait(false);
            if (claimed is not { Succeeded: true, Value: { Mail: { } mail } })
            {
                return claimed.Problem is { } problem ? problem : Outcome.Done;
            }

            var outcome = await transport.SendAsync(mail, now).ConfigureAwait(false);
            if (outcome.Verdict == SendVerdict.Away)
            {
                _mailRetryAt = _time.GetUtcNow() + NotificationLimits.Backoff(++_mailFailures, NotificationLimits.LongestMailPause);
                MailTrouble = outcome.Error;
            }
            else
            {
                _mailFailures = 0;
                MailTrouble = null;
            }

            await RecordAsync(mail, outcome, outcome.Verdict == SendVerdict.Away ? _mailRetryAt : null, now).ConfigureAwait(false);
        }

        return Outcome.Done;
    }

    private async Task<Outcome> CallHooksAsync(Func<bool> goesOn, CancellationToken now)
    {
        while (goesOn())
        {
            var claimed = await ClaimAsync(ClaimHook, now).ConfigureAwait(false);
            if (claimed is not { Succeeded: true, Value: { Mail: { Hook: { } id } call } })
            {
                return claimed.Problem is { } problem ? problem : Outcome.Done;
            }

            // The hook may have been removed since: then its rows are dead letters already, and this one too.
            var secret = await _database.ReadAsync(connection => HookSql.Secret(connection, id), now).ConfigureAwait(false);
            var outcome = secret is { } known
                ? await _hooks.CallAsync(known.Url, known.Secret, call.MessageId, call.Topic, call.Text, now).ConfigureAwait(false)
                : new SendOutcome(SendVerdict.Never, HookSql.Removed);
            await RecordAsync(call, outcome, null, now).ConfigureAwait(false);
        }

        return Outcome.Done;
    }

    /// <summary>Hooks take turns: one whose calls never end, or that hangs, must not be all that is called. Runs in transactions, so one at a time.</summary>
    private Outgoing? ClaimHook(DatabaseConnection connection, DateTimeOffset now)
    {
        var call = OutboxSql.ClaimHook(connection, now, _lastHook);
        _lastHook = call?.Hook ?? _lastHook;
        return call;
    }

    private ValueTask<Result<Claim>> ClaimAsync(Func<DatabaseConnection, DateTimeOffset, Outgoing?> claim, CancellationToken cancellationToken) =>
        _database.WriteAsync<Claim>(transaction => new Claim(claim(transaction.Connection, _time.GetUtcNow())), cancellationToken);

    /// <summary>
    /// Writes down how a try ended, and tries that until it is written: a receiver that has taken something must not get it again because our disk was full for
    /// a moment.
    /// </summary>
    private async ValueTask RecordAsync(Outgoing each, SendOutcome outcome, DateTimeOffset? retryAt, CancellationToken cancellationToken)
    {
        while (true)
        {
            var recorded = await _database.WriteAsync<int>(transaction => Record(transaction.Connection, each, outcome, retryAt), cancellationToken).ConfigureAwait(false);
            if (recorded.Succeeded)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromSeconds(1), _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private int Record(DatabaseConnection connection, Outgoing each, SendOutcome outcome, DateTimeOffset? retryAt)
    {
        var now = _time.GetUtcNow();
        var tries = each.Attempts;
        if (outcome.Verdict == SendVerdict.Away)
        {
            tries = Math.Max(tries, each.Hook is { } away ? HookSql.Away(connection, away, now) : _mailFailures);
        }
        else if (each.Hook is { } reached)
        {
            HookSql.Reached(connection, reached);
        }

        if (outcome.Verdict == SendVerdict.Taken)
        {
            OutboxSql.Sent(connection, each.Id, now);
        }
        else
        {
            var dead = outcome.Verdict == SendVerdict.Never || (tries >= NotificationLimits.GiveUpTries && now - each.TriedSince >= NotificationLimits.GiveUp);
            OutboxSql.Failed(connection, each.Id, dead, retryAt ?? now + NotificationLimits.Backoff(each.Attempts, NotificationLimits.LongestRetry), outcome.Error!);
        }

        return 0;
    }

    private sealed record Claim(Outgoing? Mail);
}
