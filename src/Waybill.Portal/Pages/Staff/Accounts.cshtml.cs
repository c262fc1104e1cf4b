using Waybill.Core.Accounts;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>The provider's accounts.</summary>
[Permission(PortalOperation.SeeAccounts)]
internal sealed class AccountsModel(AccountService accounts) : SignedInModel
{
    public IReadOnlyList<Account> Accounts { get; private set; } = [];

    public string? More { get; private set; }

    public async Task OnGetAsync(string? after)
    {
        var page = await accounts.ListAsync(PortalLimits.ListRows, after, HttpContext.RequestAborted);
        Accounts = page.Items;
        More = NextPage(page.Next);
    }
}
