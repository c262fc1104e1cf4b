using Microsoft.AspNetCore.Mvc;
using Waybill.Core.AccountFiles;
using Waybill.Core.Accounts;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Customer;

/// <summary>An account, for its people.</summary>
[Permission(PortalOperation.SeeOwnAccount)]
internal sealed class OverviewModel(AccountService accounts, AccountFileService files) : SignedInModel
{
    /// <summary>The newest files that the person has not fetched; null where files are not shown.</summary>
    public IReadOnlyList<NewFile>? New { get; private set; }

    public Account Account { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync()
    {
        var found = await accounts.FindAsync(Access!.Account, HttpContext.RequestAborted);
        if (!found.Succeeded)
        {
            return Refuse(found.Problem!);
        }

        Account = found.Value;
        New = May(PortalOperation.ListFiles) ? await files.NewAsync(Access, Session.Person, PortalLimits.NewFiles, HttpContext.RequestAborted) : null;
        return Page();
    }
}
