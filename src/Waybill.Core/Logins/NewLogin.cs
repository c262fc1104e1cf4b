namespace Waybill.Core.Logins;

/// <summary>What a login is added with.</summary>
/// <param name="Kind">What it is for.</param>
public sealed record NewLogin(LoginKind Kind)
{
    /// <summary>The user name; a customer's is the account number unless given, a vendor's is always the account number, <c>-</c> and the short name.</summary>
    public string? UserName { get; init; }

    /// <summary>The account's number: needed for customer and vendor, refused for publisher and collector.</summary>
    public string? Account { get; init; }

    /// <summary>The vendor's short name; may be left out when the user name holds it.</summary>
    public string? Vendor { get; init; }

    /// <summary>Where its sessions start.</summary>
    public string? StartDirectory { get; init; }

    /// <summary>The networks that it may come from, as <c>192.0.2.0/24</c> or <c>2001:db8::7</c>; empty means anywhere.</summary>
    public IReadOnlyList<string> AllowFrom { get; init; } = [];
}
