using Microsoft.AspNetCore.Mvc;
using Waybill.Core.Logins;
using Waybill.Core.People;
using Waybill.Portal.Packs;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Customer;

/// <summary>The connection pack of a login.</summary>
[Permission(PortalOperation.GetPack)]
internal sealed class LoginPackModel(AccountLogins logins, PackDesk desk) : SignedInModel
{
    public PackView Pack { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync()
    {
        var login = await logins.FindAsync(Access!, (string)RouteData.Values["login"]!, HttpContext.RequestAborted);
        if (!login.Succeeded)
        {
            return Refuse(login.Problem);
        }

        var answer = await desk.AnswerAsync(
            Request, login.Value.UserName, AccountPath($"/logins/{Uri.EscapeDataString(login.Value.UserName)}/pack"), (string?)RouteData.Values["file"], Actor, HttpContext.RequestAborted);
        Pack = answer.View!;
        return answer.Result ?? Page();
    }
}
