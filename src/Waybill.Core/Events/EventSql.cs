using System.Text.Json.Nodes;
using Waybill.Core.Database;

namespace Waybill.Core.Events;

/// <summary>Raises events.</summary>
internal static class EventSql
{
    /// <summary>
    /// Something has happened that somebody is to be told of. It is raised in the transaction in which it happens, so that there is an event exactly if there is
    /// the change (promise D8).
    /// </summary>
    /// <param name="connection">The transaction's.</param>
    /// <param name="topic">A word that never changes its meaning, as file-held.</param>
    /// <param name="account">The account that it concerns, by its database number; null for none.</param>
    /// <param name="body">What a mail or a web hook says about it: flat names and values.</param>
    /// <param name="now">When.</param>
    public static void Raise(DatabaseConnection connection, string topic, long? account, JsonObject body, DateTimeOffset now) => connection.Execute(
        "INSERT INTO event (topic, account_id, body, created_at) VALUES (@topic, @account, @body, @now)",
        ("@topic", topic), ("@account", account), ("@body", body.ToJsonString()), ("@now", now.ToColumn()));
}
