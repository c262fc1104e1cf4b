using Waybill.Core.Accounts;

namespace Waybill.Core.People;

/// <summary>A role that a person has.</summary>
/// <param name="Role">The role.</param>
/// <param name="Account">The number of the account; null at the provider.</param>
/// <param name="Vendor">The vendor's short name, for a vendor contact.</param>
public sealed record RoleGrant(PersonRole Role, string? Account = null, string? Vendor = null)
{
    /// <summary>Whether the account's people may work; null at the provider.</summary>
    public AccountStatus? AccountStatus { get; init; }

    /// <summary>Whether the role is at the provider.</summary>
    public bool IsAtProvider => IsProviderRole(Role);

    /// <summary>As people read it: <c>owner of 10042</c>.</summary>
    public override string ToString() =>
        IsAtProvider ? Role.ToString().ToLowerInvariant() : $"{Role.ToString().ToLowerInvariant()}{(Vendor is null ? "" : " " + Vendor)} of {Account}";

    /// <summary>Whether a role is one at the provider.</summary>
    public static bool IsProviderRole(PersonRole role) => role is PersonRole.Support or PersonRole.Billing or PersonRole.Administrator or PersonRole.Auditor;
}
