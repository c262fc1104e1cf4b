using System.Globalization;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Database;

namespace Waybill.Core.Notifications;

/// <summary>What was told to whom, and what could not be.</summary>
/// <param name="database">Where they are kept.</param>
/// <param name="audit">Where a retry is recorded.</param>
/// <param name="time">The clock.</param>
public sealed class NotificationService(WaybillDatabase database, AuditLog audit, TimeProvider time)
{
    /// <summary>Lists deliveries, the newest first.</summary>
    /// <param name="state">Only those in this state; null for all.</param>
    /// <param name="account">Only those about this account; null for all.</param>
    /// <param name="size">The page's size.</param>
    /// <param name="before"><see cref="Page{T}.Next"/> of the page before.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Page<Delivery>> ListAsync(
        DeliveryState? state = null, string? account = null, int size = 100, string? before = null, CancellationToken cancellationToken = default)
    {
        size = Page<Delivery>.Clamp(size);
        var below = long.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : long.MaxValue;
        return database.ReadAsync(
            connection =>
            {
                var rows = connection.All(
                    // Only the conditions that are given, and an account before a state, so that the index of one of them is used.
                    OutboxSql.Select + " WHERE d.id < @below"
                        + (account is null ? "" : " AND d.account_id = (SELECT id FROM account WHERE number_key = @account)")
                        + (state is null ? "" : account is null ? " AND d.state = @state" : " AND +d.state = @state") + " ORDER BY d.id DESC LIMIT @limit",
                    OutboxSql.Read,
                    [
                        ("@below", below), ("@limit", size + 1),
                        .. account is null ? [] : new (string, object?)[] { ("@account", AccountNumber.Fold(account)) },
                        .. state is null ? [] : new (string, object?)[] { ("@state", state.Value.ToWord()) },
                    ]);
                return new Page<Delivery>([.. rows.Take(size)], rows.Count > size ? rows[size - 1].Id.ToString(CultureInfo.InvariantCulture) : null);
            },
            cancellationToken);
    }

    /// <summary>How many deliveries are in a state; of one kind, or of both.</summary>
    public ValueTask<long> CountAsync(DeliveryState state, DeliveryKind? kind = null, CancellationToken cancellationToken = default) => database.ReadAsync(
        connection => connection.Number(
            "SELECT count(*) FROM delivery WHERE state = @state AND (@kind IS NULL OR kind = @kind)", ("@state", state.ToWord()), ("@kind", kind?.ToWord())),
        cancellationToken);

    /// <summary>Tries a delivery again that waits or was given up: at once, and for as long as a new one.</summary>
    public ValueTask<Result<Delivery>> RetryAsync(long id, Actor actor, CancellationToken cancellationToken = default) => database.WriteAsync<Delivery>(
        transaction =>
        {
            var connection = transaction.Connection;
            if (Find(connection, id) is not { } delivery)
            {
                return Problem.NotFound($"There is no notification {id}. `waybill notification list` shows them.");
            }

            if (delivery.State is DeliveryState.Sent or DeliveryState.Sending)
            {
                return Problem.Refused($"Notification {id} {(delivery.State == DeliveryState.Sent ? "was sent" : "is being sent")}. Only those that wait or are dead are tried again.");
            }

            if (Retry(connection, "d.id = @id", ("@id", id)) == 0)
            {
                return Problem.Refused($"The web hook of notification {id} was removed. Add it again; what happens from then on is sent to it.");
            }

            audit.Append(transaction, new AuditEntry(NotificationActions.Retried, actor)
            {
                Account = delivery.Account, Subject = delivery.Target, Detail = $"{delivery.Topic} {delivery.MessageId}",
            });
            return Find(connection, id)!;
        },
        cancellationToken);

    /// <summary>Tries all dead letters again; says how many.</summary>
    public ValueTask<Result<int>> RetryDeadAsync(Actor actor, CancellationToken cancellationToken = default) => database.WriteAsync<int>(
        transaction =>
        {
            var count = Retry(transaction.Connection, "d.state = 'dead'");
            if (count > 0)
            {
                audit.Append(transaction, new AuditEntry(NotificationActions.Retried, actor) { Detail = $"{count} dead letters" });
            }

            return count;
        },
        cancellationToken);

    /// <summary>Removes dead letters and handled events that are older than <see cref="NotificationLimits"/> keeps them; says how many rows.</summary>
    public async ValueTask<Result<int>> PurgeAsync(CancellationToken cancellationToken = default)
    {
        var purged = 0;
        while (true)
        {
            // In pieces, so that nobody's upload waits for it.
            var piece = await database.WriteAsync<int>(
                transaction =>
                {
                    var now = time.GetUtcNow();
                    return OutboxSql.PurgeDead(transaction.Connection, now - NotificationLimits.KeepDead)
                        + OutboxSql.PurgeEvents(transaction.Connection, now - NotificationLimits.KeepEvents);
                },
                cancellationToken).ConfigureAwait(false);
            if (!piece.Succeeded || piece.Value == 0)
            {
                return piece.Succeeded ? purged : piece;
            }

            purged += piece.Value;
        }
    }

    private static Delivery? Find(DatabaseConnection connection, long id) => connection.First(OutboxSql.Select + " WHERE d.id = @id", OutboxSql.Read, ("@id", id));

    private int Retry(DatabaseConnection connection, string which, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var now = time.GetUtcNow().ToColumn();
        connection.Execute($"UPDATE hook SET retry_at = NULL WHERE id IN (SELECT d.hook_id FROM delivery d WHERE {which})", parameters);
        return connection.Execute(
            $"UPDATE delivery AS d SET state = 'waiting', due_at = @now, tried_since = created_at, attempts = 0 WHERE {which} AND (d.kind = 'mail' OR d.hook_id IS NOT NULL)",
            [.. parameters, ("@now", now)]);
    }
}
