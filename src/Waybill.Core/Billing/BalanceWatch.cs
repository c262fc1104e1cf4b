using System.Text.Json.Nodes;
using Waybill.Core.Database;
using Waybill.Core.Events;

namespace Waybill.Core.Billing;

/// <summary>Tells once that a balance is low, and again only after it was at its mark in between.</summary>
internal static class BalanceWatch
{
    /// <summary>Looks at an account, in the transaction that has changed its ledger or its mark, and where the configuration has another mark for all.</summary>
    public static Balance Look(DatabaseConnection connection, long account, BillingOptions options, DateTimeOffset now)
    {
        var balance = BalanceSql.Find(connection, account, options);
        var isLow = balance.LowAt is { } mark && balance.Total < mark;
        if (isLow == balance.IsLow)
        {
            return balance;
        }

        BalanceSql.Flag(connection, account, isLow);
        if (isLow)
        {
            EventSql.Raise(
                connection, BillingTopics.Low, account,
                new JsonObject
                {
                    ["account"] = balance.Account,
                    ["balance"] = options.Show(balance.Total),
                    ["funds"] = options.Show(balance.Funds),
                    ["promofunds"] = options.Show(balance.Promo),
                    ["mark"] = options.Show(balance.LowAt!.Value),
                },
                now);
        }

        return balance with { IsLow = isLow };
    }
}
