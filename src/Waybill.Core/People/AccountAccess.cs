namespace Waybill.Core.People;

/// <summary>That somebody may do an operation at an account, and how far.</summary>
/// <param name="Account">The account's number as it is kept.</param>
/// <param name="Vendors">The vendors whose part alone it is; null for the whole account.</param>
/// <param name="IsView">Whether staff look at the account as its customer sees it.</param>
public sealed record AccountAccess(string Account, IReadOnlyList<string>? Vendors, bool IsView)
{
    /// <summary>Whether it goes for a vendor's part.</summary>
    public bool Covers(string vendor) => Vendors is null || Vendors.Contains(vendor, StringComparer.OrdinalIgnoreCase);
}
