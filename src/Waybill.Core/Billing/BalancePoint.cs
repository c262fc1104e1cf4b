namespace Waybill.Core.Billing;

/// <summary>What an account had at the end of a day.</summary>
/// <param name="Day">The day.</param>
/// <param name="Funds">Minor units.</param>
/// <param name="Promo">Minor units.</param>
public sealed record BalancePoint(DateOnly Day, long Funds, long Promo)
{
    /// <summary>Both together.</summary>
    public long Total => Funds + Promo;
}
