using Waybill.Storage;

namespace Waybill.Core.Logins;

/// <summary>A user name that machines log in with. It is no person: who may ask for it, and gets its mails, is kept elsewhere.</summary>
/// <param name="Id">The database's number for it.</param>
/// <param name="UserName">The user name as it was given; compared without case.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Account">The account's number; null for publisher and collector.</param>
/// <param name="Vendor">The vendor's short name; null for other kinds.</param>
/// <param name="StartDirectory">Where its sessions start; null means its root.</param>
/// <param name="AllowFrom">The networks that it may come from.</param>
/// <param name="Status">Whether it works.</param>
/// <param name="StatusReason">Why it was suspended.</param>
/// <param name="Created">When it was added.</param>
/// <param name="LastLogin">When it was last used.</param>
public sealed record Login(
    long Id, string UserName, LoginKind Kind, string? Account, string? Vendor, VaultPath? StartDirectory, AllowedNetworks AllowFrom, LoginStatus Status,
    string? StatusReason, DateTimeOffset Created, DateTimeOffset? LastLogin)
{
    /// <summary>What it may do with the numbers of its account; null for a login that has none: only a customer's own has.</summary>
    public NumberRight? Numbers { get; init; }
}
