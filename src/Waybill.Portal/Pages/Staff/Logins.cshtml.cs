using Microsoft.AspNetCore.Mvc;
using Waybill.Core;
using Waybill.Core.Logins;
using Waybill.Core.People;
using Waybill.Core.Vaults;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>User names with keys.</summary>
[Permission(PortalOperation.SeeLogins)]
internal sealed class LoginsModel(LoginService logins, VaultDirectories folders) : FormModel
{
    private static readonly char[] Dividers = [' ', ',', ';', '\t', '\r', '\n'];

    /// <summary>What user names are to begin with.</summary>
    [FromQuery(Name = "q")]
    public string? Search { get; set; }

    /// <summary>The account that a new login is for.</summary>
    [FromQuery(Name = "account")]
    public string? Account { get; set; }

    public IReadOnlyList<Login> Logins { get; private set; } = [];

    public string? More { get; private set; }

    public static string PathOf(string userName) => $"/staff/logins/{Uri.EscapeDataString(userName)}";

    /// <summary>Networks as people type them.</summary>
    public static string[] Networks(string? text) => text?.Split(Dividers, StringSplitOptions.RemoveEmptyEntries) ?? [];

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    [Permission(PortalOperation.ChangeLogins)]
    public async Task<IActionResult> OnPostAddAsync(LoginKind kind, [FromForm] string? account, string? user, string? vendor, string? start, string? networks)
    {
        var added = await logins.AddAsync(
            new NewLogin(kind) { Account = account?.Trim(), UserName = user?.Trim(), Vendor = vendor?.Trim(), StartDirectory = start?.Trim(), AllowFrom = Networks(networks) },
            Actor, HttpContext.RequestAborted);
        return await AfterAsync("Add", added.Succeeded ? folders.Ensure(added.Value).Problem : added.Problem, "LoginAdded", added.Succeeded ? PathOf(added.Value.UserName) : null);
    }

    protected override async Task<Problem?> LoadAsync()
    {
        var page = await logins.SearchAsync(Search, PortalLimits.ListRows, Request.Query["after"], HttpContext.RequestAborted);
        Logins = page.Items;
        More = NextPage(page.Next);
        return null;
    }
}
