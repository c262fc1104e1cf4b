using Waybill.Core.Database;

namespace Waybill.Core.Feeds;

/// <summary>The subscription table's statements.</summary>
internal static class SubscriptionSql
{
    /// <summary>What an account subscribed to; empty means everything.</summary>
    public static HashSet<(string Feed, string FileType)> Wanted(DatabaseConnection connection, long account) =>
        [.. connection.All("SELECT feed, file_type FROM subscription WHERE account_id = @account", static row => (row.GetString(0), row.GetString(1)), ("@account", account))];
}
