namespace Waybill.Portal.People;

/// <summary>The fields of a form that name a role.</summary>
/// <param name="WithStaff">Whether roles at the provider are among them.</param>
/// <param name="Role">The role as it was sent.</param>
/// <param name="Account">The account.</param>
/// <param name="Vendor">The vendor's short name.</param>
internal sealed record RoleFields(bool WithStaff, string? Role, string? Account, string? Vendor);
