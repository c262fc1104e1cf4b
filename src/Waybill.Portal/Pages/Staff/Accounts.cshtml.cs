using Microsoft.AspNetCore.Mvc;
using Waybill.Core;
using Waybill.Core.Accounts;
using Waybill.Core.People;
using Waybill.Core.Vaults;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>The provider's accounts.</summary>
[Permission(PortalOperation.SeeAccounts)]
internal sealed class AccountsModel(AccountService accounts, VaultDirectories folders) : FormModel
{
    /// <summary>What is searched for.</summary>
    [FromQuery(Name = "q")]
    public string? Search { get; set; }

    public IReadOnlyList<Account> Accounts { get; private set; } = [];

    public string? More { get; private set; }

    public static string PathOf(string number) => $"/staff/accounts/{Uri.EscapeDataString(number)}";

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    [Permission(PortalOperation.ChangeAccounts)]
    public async Task<IActionResult> OnPostAddAsync(string? number, string? name, string? email, string? parent, string? language, string? zone, string? region)
    {
        var added = await accounts.AddAsync(
            new NewAccount(number?.Trim() ?? "", name?.Trim() ?? "") { Email = email?.Trim(), Parent = parent?.Trim(), Language = language?.Trim() ?? "en", TimeZone = zone?.Trim(), Region = region?.Trim() },
            Actor, HttpContext.RequestAborted);
        return await AfterAsync("Add", added.Succeeded ? folders.Ensure(added.Value).Problem : added.Problem, "AccountAdded", added.Succeeded ? PathOf(added.Value.Number) : null);
    }

    protected override async Task<Problem?> LoadAsync()
    {
        var page = await accounts.SearchAsync(Search, PortalLimits.ListRows, Request.Query["after"], HttpContext.RequestAborted);
        Accounts = page.Items;
        More = NextPage(page.Next);
        return null;
    }
}
