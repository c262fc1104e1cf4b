using Microsoft.AspNetCore.Mvc;
using Waybill.Core;
using Waybill.Core.Accounts;
using Waybill.Core.People;
using Waybill.Core.Vaults;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>The provider's accounts.</summary>
[Permission(PortalOperation.SeeAccounts)]
internal sealed class AccountsModel(AccountService accounts, VaultDirectories folders) : ListModel<Account>
{
    public static string PathOf(string number) => $"/staff/accounts/{Uri.EscapeDataString(number)}";

    [Permission(PortalOperation.ChangeAccounts)]
    public async Task<IActionResult> OnPostAddAsync(string? number, string? name, string? email, string? parent, string? language, string? zone, string? region)
    {
        var added = await accounts.AddAsync(
            new NewAccount(number?.Trim() ?? "", name?.Trim() ?? "") { Email = email?.Trim(), Parent = parent?.Trim(), Language = language?.Trim() ?? "en", TimeZone = zone?.Trim(), Region = region?.Trim() },
            Actor, HttpContext.RequestAborted);
        return await AfterAddAsync(added, folders.Ensure, "AccountAdded", static account => PathOf(account.Number));
    }

    protected override ValueTask<Page<Account>> FindAsync(string? after, CancellationToken cancellationToken) => accounts.SearchAsync(Search, PortalLimits.ListRows, after, cancellationToken: cancellationToken);
}
