using Microsoft.AspNetCore.Mvc;
using Waybill.Core;
using Waybill.Core.Logins;
using Waybill.Core.People;
using Waybill.Core.Vaults;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>User names with keys.</summary>
[Permission(PortalOperation.SeeLogins)]
internal sealed class LoginsModel(LoginService logins, VaultDirectories folders) : ListModel<Login>
{
    private static readonly char[] Dividers = [' ', ',', ';', '\t', '\r', '\n'];

    /// <summary>The account that a new login is for.</summary>
    [FromQuery(Name = "account")]
    public string? Account { get; set; }

    public static string PathOf(string userName) => $"/staff/logins/{Uri.EscapeDataString(userName)}";

    /// <summary>Networks as people type them.</summary>
    public static string[] Networks(string? text) => text?.Split(Dividers, StringSplitOptions.RemoveEmptyEntries) ?? [];

    [Permission(PortalOperation.ChangeLogins)]
    public async Task<IActionResult> OnPostAddAsync(LoginKind kind, [FromForm] string? account, string? user, string? vendor, string? start, string? networks)
    {
        var added = await logins.AddAsync(
            new NewLogin(kind) { Account = account?.Trim(), UserName = user?.Trim(), Vendor = vendor?.Trim(), StartDirectory = start?.Trim(), AllowFrom = Networks(networks) },
            Actor, HttpContext.RequestAborted);
        return await AfterAddAsync(added, folders.Ensure, "LoginAdded", static login => PathOf(login.UserName));
    }

    protected override ValueTask<Page<Login>> FindAsync(string? after, CancellationToken cancellationToken) => logins.SearchAsync(Search, PortalLimits.ListRows, after, cancellationToken: cancellationToken);
}
