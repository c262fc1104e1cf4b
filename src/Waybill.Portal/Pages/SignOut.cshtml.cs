using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages;

/// <summary>Ends the session. A form alone, so that no picture of another site signs anybody out.</summary>
internal sealed class SignOutModel(PeopleServices people) : PageModel
{
    public IActionResult OnGet() => NotFound();

    public async Task<IActionResult> OnPostAsync()
    {
        await people.Sessions.EndAsync(SessionCookie.Of(HttpContext), SessionCookie.Client(HttpContext), HttpContext.RequestAborted);
        SessionCookie.Remove(HttpContext);
        return LocalRedirect("/");
    }
}
