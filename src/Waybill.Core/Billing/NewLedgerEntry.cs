namespace Waybill.Core.Billing;

/// <summary>An entry that the billing pushes.</summary>
/// <param name="Id">Its own name of it: 1 to <see cref="BillingLimits.IdLength"/> of A-Z a-z 0-9 . _ : / -, used once over all accounts.</param>
/// <param name="Account">The account's number.</param>
/// <param name="Amount">Minor units, at most <see cref="BillingLimits.Amount"/> either way.</param>
/// <param name="Text">What it is for.</param>
public sealed record NewLedgerEntry(string Id, string Account, long Amount, string Text)
{
    /// <summary>What it moves.</summary>
    public Purse Purse { get; init; }

    /// <summary>When it was booked; null for now.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Where it comes from; null for who pushes it.</summary>
    public string? Source { get; init; }
}
