using System.Text.Json.Nodes;
using Waybill.Core.Database;
using Waybill.Core.Events;

namespace Waybill.Core.Quotas;

/// <summary>Warns once when a quota is nearly used up, and again only after usage was below in between.</summary>
internal static class QuotaWatch
{
    private const int Early = 80;
    private const int Late = 95;

    /// <summary>Looks at all limits of an account, in the transaction that has changed its files or its limits.</summary>
    public static void Look(DatabaseConnection connection, long account, DateTimeOffset now)
    {
        foreach (var quota in connection.All($"{QuotaSql.Select} WHERE q.account_id = @account AND {QuotaSql.IsLimited}", QuotaSql.Read, ("@account", account)))
        {
            var level = quota.Percent switch { >= Late => Late, >= Early => Early, _ => 0 };
            if (level == quota.Warned)
            {
                continue;
            }

            connection.Execute(
                "UPDATE quota SET warned = @level WHERE account_id = @account AND login = @login", ("@level", level), ("@account", account), ("@login", quota.Login ?? ""));
            if (level > quota.Warned)
            {
                EventSql.Raise(connection, level == Late ? QuotaTopics.Used95 : QuotaTopics.Used80, account, Body(quota), now);
            }
        }
    }

    /// <summary>-1 for no limit; rounded down, so that 95 percent are 95 percent.</summary>
    public static int Percent(long used, long? limit) => limit switch
    {
        null => -1,
        0 => used > 0 ? 100 : 0,
        _ => (int)Int128.Min(int.MaxValue, (Int128)used * 100 / limit.Value),
    };

    private static JsonObject Body(Quota quota) => new()
    {
        ["account"] = quota.Account,
        ["login"] = quota.Login,
        ["percent"] = quota.Percent,
        ["bytes"] = quota.Stored.Bytes,
        ["maximumBytes"] = quota.Limits.Bytes,
        ["files"] = quota.Stored.Files,
        ["maximumFiles"] = quota.Limits.Files,
    };
}
