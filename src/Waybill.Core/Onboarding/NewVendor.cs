namespace Waybill.Core.Onboarding;

/// <summary>A vendor that an account asks a login for: its person gives the key, and staff decide.</summary>
/// <param name="Account">The account's number.</param>
/// <param name="Vendor">The vendor's short name.</param>
/// <param name="Email">The vendor's person: where the link to the form goes.</param>
/// <param name="Name">Their name.</param>
public sealed record NewVendor(string Account, string Vendor, string Email, string Name);
