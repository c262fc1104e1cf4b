using Microsoft.AspNetCore.Mvc;
using Waybill.Core.Accounts;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Customer;

/// <summary>An account, for its people.</summary>
[Permission(PortalOperation.SeeOwnAccount)]
internal sealed class OverviewModel(AccountService accounts) : SignedInModel
{
    public Account Account { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync()
    {
        var found = await accounts.FindAsync(Access!.Account, HttpContext.RequestAborted);
        if (!found.Succeeded)
        {
            return Refuse(found.Problem!);
        }

        Account = found.Value;
        return Page();
    }
}
