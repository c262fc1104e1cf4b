using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages;

/// <summary>The second factor: a code of the authenticator, or a recovery code.</summary>
internal sealed class SignInCodeModel(PeopleServices people, Answers answers) : PageModel
{
    public string Email { get; private set; } = "";

    public string? Back { get; private set; }

    public string? Error { get; private set; }

    public async Task<IActionResult> OnGetAsync(string? back)
    {
        Back = BackPath.Check(Url, back);
        return await FindAsync() ? Page() : HttpContext.Features.Get<PortalSession>() is null ? Over() : LocalRedirect(Back ?? BackPath.Home);
    }

    public async Task<IActionResult> OnPostAsync(string? code, string? back)
    {
        Back = BackPath.Check(Url, back);
        if (!await FindAsync())
        {
            return Over();
        }

        var answer = await people.SignIn.CheckSecondFactorAsync(SessionCookie.Of(HttpContext), code ?? "", SessionCookie.Client(HttpContext), HttpContext.RequestAborted);
        switch (answer)
        {
            case { Succeeded: true, Value: { Verdict: SignInVerdict.Accepted, Token: { } token } }:
                await SessionCookie.EnterAsync(HttpContext, people, token);
                return LocalRedirect(Back ?? BackPath.Home);
            case { Succeeded: true, Value.Verdict: SignInVerdict.Expired }:
                return Over();
            default:
                Error = answer.Succeeded ? answers.Of(answer.Value, "SignWrongCode") : answers.Of(answer.Problem);
                return Page();
        }
    }

    private RedirectResult Over() => Redirect(Back is null ? "/sign-in?over=true" : BackPath.With("/sign-in", Back) + "&over=true");

    private async Task<bool> FindAsync()
    {
        var waiting = await people.Sessions.FindWaitingAsync(SessionCookie.Of(HttpContext), HttpContext.RequestAborted);
        Email = waiting?.Person.Email ?? "";
        return waiting is not null;
    }
}
