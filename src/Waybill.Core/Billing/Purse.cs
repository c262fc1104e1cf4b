namespace Waybill.Core.Billing;

/// <summary>Which of an account's two sums an entry belongs to.</summary>
public enum Purse
{
    /// <summary>What the customer has paid.</summary>
    Funds,

    /// <summary>What the provider has given: promotional funds.</summary>
    Promo,
}
