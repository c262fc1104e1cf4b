namespace Waybill.Core.Billing;

/// <summary>The audit's words for balances.</summary>
public static class BillingActions
{
    /// <summary>An entry came into a ledger; the subject is its name.</summary>
    public const string Entry = "ledger-entry";

    /// <summary>Below how much an account is told was set.</summary>
    public const string LowMarkSet = "balance-low-set";
}
