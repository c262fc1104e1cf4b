namespace Waybill.Core.Billing;

/// <summary>The topics of events about balances.</summary>
public static class BillingTopics
{
    /// <summary>A balance has gone below its mark; told once until it was at the mark again.</summary>
    public const string Low = "balance-low";
}
