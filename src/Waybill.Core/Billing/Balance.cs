namespace Waybill.Core.Billing;

/// <summary>The sums of an account's ledger, in minor units.</summary>
/// <param name="Account">The account's number.</param>
/// <param name="Funds">What the customer has paid and not used.</param>
/// <param name="Promo">What is left of what the provider has given.</param>
/// <param name="LowAt">Below how much of both together the account is told; null for never.</param>
/// <param name="HasOwnLow">Whether that is the account's own mark; else the configuration's.</param>
/// <param name="IsLow">Whether it is below, and was told of.</param>
/// <param name="Entries">How many entries there are.</param>
/// <param name="Changed">When the latest came; null for none.</param>
public sealed record Balance(string Account, long Funds, long Promo, long? LowAt, bool HasOwnLow, bool IsLow, long Entries, DateTimeOffset? Changed)
{
    /// <summary>What the account can use.</summary>
    public long Total => Funds + Promo;
}
