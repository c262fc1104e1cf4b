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
    private bool _recovered;
    private int _mailFailures;
    private DateTimeOffset _mailRetryAt = DateTimeOffset.MinValue;

    internal NotificationDispatcher(WaybillDatabase database, NotificationOptions options, TemplateSet templates, Func<IMailTransport> mail, TimeProvider time)
    {
        _database = database;
        _writer = new OutboxWriter(database, options, templates, time);
        _mail = mail;
        _hooks = new HookCaller(new HookTargets(options.HookNetworks), time);
        _time = time;
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

    /// <summary>Does all that is due now. A try that has begun is ended by <paramref name="now"/> only; nothing new begins once <paramref name="stop"/> is asked for.</summary>
    public async ValueTask<Outcome> RunAsync(CancellationToken stop, CancellationToken now)
    {
        try
        {
            return await WorkAsync(stop, now).ConfigureAwait(false);
        }
        catch
        {
            // What was being sent is in an unknown state, as after a kill.
            _recovered = false;
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _hooks.Dispose();
        return ValueTask.CompletedTask;
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

        if (!await _database.ReadAsync(connection => OutboxSql.HasWork(connection, _time.GetUtcNow()), now).ConfigureAwait(false))
        {
            return Outcome.Done;
        }

        Result<int> handled;
        do
        {
            handled = await _writer.HandleAsync(now).ConfigureAwait(false);
        }
        while (!stop.IsCancellationRequested && handled is { Succeeded: true, Value: > 0 });

        Result<bool> digests;
        do
        {
            digests = await _writer.MakeDigestAsync(now).ConfigureAwait(false);
        }
        while (!stop.IsCancellationRequested && digests is { Succeeded: true, Value: true });

        Task<Outcome>[] work = [SendMailsAsync(stop, now), .. Enumerable.Range(0, NotificationLimits.HooksAtOnce).Select(_ => CallHooksAsync(stop, now))];
        var outcomes = await Task.WhenAll(work).ConfigureAwait(false);
        var purged = await _database.WriteAsync<int>(
            transaction => OutboxSql.Purge(transaction.Connection, _time.GetUtcNow() - NotificationLimits.KeepSent), now).ConfigureAwait(false);
        var trouble = outcomes.Select(static outcome => outcome.Problem).Concat([handled.Problem, digests.Problem, purged.Problem]).FirstOrDefault(static problem => problem is not null);
        return trouble is null ? Outcome.Done : trouble;
    }

    private async Task<Outcome> SendMailsAsync(CancellationToken stop, CancellationToken now)
    {
        using var transport = _mail();
        while (!stop.IsCancellationRequested && _time.GetUtcNow() >= _mailRetryAt)
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

    private async Task<Outcome> CallHooksAsync(CancellationToken stop, CancellationToken now)
    {
        while (!stop.IsCancellationRequested)
        {
            var claimed = await ClaimAsync(OutboxSql.ClaimHook, now).ConfigureAwait(false);
            if (claimed is not { Succeeded: true, Value: { Mail: { Hook: { } id } call } })
            {
                return claimed.Problem is { } problem ? problem : Outcome.Done;
            }

            // The hook may have been removed since: then its rows are dead letters already, and this one too.
            var secret = await _database.ReadAsync(connection => HookSql.Secret(connection, id), now).ConfigureAwait(false);
            var outcome = secret is { } known
                ? await _hooks.CallAsync(known.Url, known.Secret, call.MessageId, call.Topic, call.Text, now).ConfigureAwait(false)
                : new SendOutcome(SendVerdict.Never, "the web hook was removed");
            await RecordAsync(call, outcome, null, now).ConfigureAwait(false);
        }

        return Outcome.Done;
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
        if (outcome.Verdict == SendVerdict.Taken)
        {
            OutboxSql.Sent(connection, each.Id, now);
        }
        else
        {
            var dead = outcome.Verdict == SendVerdict.Never || now - each.TriedSince >= NotificationLimits.GiveUp;
            OutboxSql.Failed(connection, each.Id, dead, retryAt ?? now + NotificationLimits.Backoff(each.Attempts, NotificationLimits.LongestRetry), outcome.Error!);
        }

        if (each.Hook is { } hook)
        {
            if (outcome.Verdict == SendVerdict.Away)
            {
                HookSql.Away(connection, hook, now);
            }
            else
            {
                HookSql.Reached(connection, hook);
            }
        }

        return 0;
    }

    private sealed record Claim(Outgoing? Mail);
}
