namespace Waybill.Core.Billing;

/// <summary>An entry of an account's ledger; it is never changed.</summary>
/// <param name="Id">The billing's own name of it, used once over all accounts.</param>
/// <param name="Account">The account's number.</param>
/// <param name="Purse">What it moves.</param>
/// <param name="Amount">By how many minor units; negative for what is charged.</param>
/// <param name="Time">When it was booked, as the billing says.</param>
/// <param name="Text">What it is for.</param>
/// <param name="Source">Where it comes from, as <c>invoice-run</c>.</param>
/// <param name="Added">When it came here.</param>
/// <param name="AddedBy">Who pushed it.</param>
public sealed record LedgerEntry(
    string Id, string Account, Purse Purse, long Amount, DateTimeOffset Time, string Text, string Source, DateTimeOffset Added, string AddedBy)
{
    /// <summary>The funds after it, in the order of the times.</summary>
    public long FundsAfter { get; init; }

    /// <summary>The promotional funds after it, in the order of the times.</summary>
    public long PromoAfter { get; init; }
}
