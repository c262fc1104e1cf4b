using Waybill.Core.Logins;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Customer;

/// <summary>The logins of an account.</summary>
[Permission(PortalOperation.SeeOwnKeys)]
internal sealed class LoginsModel(AccountLogins logins) : SignedInModel
{
    public IReadOnlyList<Login> Logins { get; private set; } = [];

    public string? More { get; private set; }

    public string AddressOf(Login login) => AccountPath("/logins/" + Uri.EscapeDataString(login.UserName));

    public async Task OnGetAsync(string? after)
    {
        var page = await logins.ListAsync(Access!, null, PortalLimits.ListRows, after, HttpContext.RequestAborted);
        (Logins, More) = (page.Items, NextPage(page.Next));
    }
}
