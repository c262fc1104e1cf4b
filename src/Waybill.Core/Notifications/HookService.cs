using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Database;

namespace Waybill.Core.Notifications;

/// <summary>Web hooks: adding, listing, removing, trying.</summary>
/// <param name="database">Where they are kept.</param>
/// <param name="audit">Where each change is recorded, in the same transaction.</param>
/// <param name="time">The clock.</param>
public sealed class HookService(WaybillDatabase database, AuditLog audit, TimeProvider time)
{
    private const int ShortestSecret = 16;
    private const int LongestSecret = 256;
    private const int LongestTopic = 64;
    private const int MostTopics = 50;

    /// <summary>Adds a web hook. Networks that are not public are refused unless they are in <paramref name="allowed"/>.</summary>
    public async ValueTask<Result<Hook>> AddAsync(NewHook hook, IReadOnlyList<IPNetwork> allowed, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(hook);
        if (new HookTargets(allowed).Check(hook.Url) is { } bad)
        {
            return bad;
        }

        if (hook.Secret.Length is < ShortestSecret or > LongestSecret)
        {
            return Problem.Invalid($"The secret has {hook.Secret.Length} bytes. Give {ShortestSecret} to {LongestSecret}; make one with: openssl rand -hex 32.");
        }

        if (hook.Topics.Count > MostTopics || !hook.Topics.All(IsTopic))
        {
            return Problem.Invalid($"A topic is a word as file-missing, or * for all; at most {MostTopics} of them. Mend the topics.");
        }

        return await database.WriteAsync<Hook>(
            transaction =>
            {
                var connection = transaction.Connection;
                if (connection.Number("SELECT count(*) FROM hook") >= NotificationLimits.Hooks)
                {
                    return Problem.LimitReached($"There are {NotificationLimits.Hooks} web hooks, and that is the limit. Remove one that is not needed.");
                }

                Account? account = null;
                if (hook.Account is not null && (account = AccountService.Find(connection, hook.Account)) is null)
                {
                    return AccountService.Unknown(hook.Account);
                }

                var id = connection.Number(
                    """
                    INSERT INTO hook (url, secret, topics, account_id, created_at, created_by, failures) VALUES (@url, @secret, @topics, @account, @now, @by, 0) RETURNING id
                    """,
                    ("@url", hook.Url), ("@secret", hook.Secret.ToArray()), ("@topics", hook.Topics.Count == 0 ? TopicRule.Any : string.Join(',', hook.Topics)),
                    ("@account", account?.Id), ("@now", time.GetUtcNow().ToColumn()), ("@by", actor.Name));
                audit.Append(transaction, new AuditEntry(NotificationActions.HookAdded, actor) { Account = account?.Number, Subject = hook.Url });
                return Find(connection, id)!;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>All web hooks.</summary>
    public ValueTask<IReadOnlyList<Hook>> ListAsync(CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<Hook>>(
        static connection => connection.All(HookSql.Select + " ORDER BY h.id", HookSql.Read), cancellationToken);

    /// <summary>Removes a web hook; what waits for it becomes dead letters.</summary>
    public ValueTask<Result<Hook>> RemoveAsync(long id, Actor actor, CancellationToken cancellationToken = default) => database.WriteAsync<Hook>(
        transaction =>
        {
            var connection = transaction.Connection;
            if (Find(connection, id) is not { } hook)
            {
                return Unknown(id);
            }

            connection.Execute("UPDATE delivery SET state = 'dead', error = @words WHERE hook_id = @id AND state = 'waiting'", ("@id", id), ("@words", HookSql.Removed));
            connection.Execute("DELETE FROM hook WHERE id = @id", ("@id", id));
            audit.Append(transaction, new AuditEntry(NotificationActions.HookRemoved, actor) { Account = hook.Account, Subject = hook.Url });
            return hook;
        },
        cancellationToken);

    /// <summary>Calls a web hook now with the topic <c>test</c>, and does not repeat it.</summary>
    public async ValueTask<Result<Hook>> TestAsync(long id, IReadOnlyList<IPNetwork> allowed, CancellationToken cancellationToken = default)
    {
        var (hook, secret) = await database.ReadAsync(connection => (Find(connection, id), HookSql.Secret(connection, id)), cancellationToken).ConfigureAwait(false);
        if (hook is null || secret is not { } known)
        {
            return Unknown(id);
        }

        using var caller = new HookCaller(new HookTargets(allowed), time);
        var message = "test-" + RandomNumberGenerator.GetHexString(32, lowercase: true);
        var body = OutboxWriter.HookBody(message, "test", hook.Account, time.GetUtcNow(), new JsonObject { ["hook"] = id });
        var outcome = await caller.CallAsync(known.Url, known.Secret, message, "test", body, cancellationToken).ConfigureAwait(false);
        return outcome.Error is { } error ? Problem.Unusable($"{Words.Show(hook.Url)} was called, but {error}. Check the address and what answers there.") : hook;
    }

    private static bool IsTopic(string topic) =>
        topic == TopicRule.Any || (topic.Length is > 0 and <= LongestTopic && topic.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'));

    private static Hook? Find(DatabaseConnection connection, long id) => connection.First(HookSql.Select + " WHERE h.id = @id", HookSql.Read, ("@id", id));

    private static Problem Unknown(long id) =>
        Problem.NotFound($"There is no web hook {id.ToString(CultureInfo.InvariantCulture)}. `waybill hook list` shows them.");
}
