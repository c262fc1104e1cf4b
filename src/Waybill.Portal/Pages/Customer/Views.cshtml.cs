using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Customer;

/// <summary>Who at the provider has looked at an account as its customer sees it, and why.</summary>
[Permission(PortalOperation.SeeOwnViews)]
internal sealed class ViewsModel(PeopleServices people, PortalOptions options) : SignedInModel
{
    public IReadOnlyList<AccountView> Views { get; private set; } = [];

    public string? More { get; private set; }

    public string Provider => options.ProviderName;

    public async Task OnGetAsync(string? after)
    {
        var page = await people.Sessions.ViewsAsync(Access!.Account, PortalLimits.ListRows, after, HttpContext.RequestAborted);
        (Views, More) = (page.Items, NextPage(page.Next));
    }
}
