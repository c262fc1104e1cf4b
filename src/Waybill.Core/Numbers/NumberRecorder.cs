using System.Text.Json.Nodes;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Events;

namespace Waybill.Core.Numbers;

/// <summary>Tells of what happens to a number, in the transaction in which it happens: a row of the audit, one of the change feed, and an event for web hooks.</summary>
internal sealed class NumberRecorder(AuditLog audit, TimeProvider time)
{
    /// <summary>Tells of one change.</summary>
    /// <param name="transaction">The change's.</param>
    /// <param name="actor">Who did it.</param>
    /// <param name="kind">One of <see cref="NumberActions"/>.</param>
    /// <param name="number">The number; of a range the first.</param>
    /// <param name="account">The account that it concerns.</param>
    /// <param name="data">What is so now: flat names and values, no secrets.</param>
    public void Record(WriteTransaction transaction, Actor actor, string kind, PhoneNumber number, (long? Id, string? Number) account, JsonObject data)
    {
        var connection = transaction.Connection;
        var now = time.GetUtcNow();
        var text = data.ToJsonString();
        var sequence = connection.Number(
            """
            INSERT INTO number_change (number, account_id, kind, at, actor_kind, actor, data) VALUES (@number, @account, @kind, @now, @actorKind, @actor, @data) RETURNING sequence
            """,
            ("@number", number.E164), ("@account", account.Id), ("@kind", kind), ("@now", now.ToColumn()), ("@actorKind", actor.Kind.ToWord()), ("@actor", actor.Name), ("@data", text));
        audit.Append(transaction, new AuditEntry(kind, actor) { Account = account.Number, Subject = number.National, Detail = data.Count == 0 ? null : text });
        var body = new JsonObject { ["number"] = number.National, ["sequence"] = sequence };
        foreach (var (name, value) in data)
        {
            body[name] = value?.DeepClone();
        }

        EventSql.Raise(connection, kind, account.Id, body, now);
    }
}
