using System.Net.Mime;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Waybill.Core.People;
using Waybill.Portal.Passkeys;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages;

/// <summary>E-mail address and password. Whatever is wrong with them, the page is the same: nobody learns who there is.</summary>
internal sealed class SignInModel(PeopleServices people, PasskeyDesk desk, Answers answers) : PageModel
{
    public string? Email { get; private set; }

    public string? Back { get; private set; }

    /// <summary>Whether the time for a step was over.</summary>
    public bool IsOver { get; private set; }

    public string? Error { get; private set; }

    public IActionResult OnGet(string? back, bool over = false)
    {
        (Back, IsOver) = (BackPath.Check(Url, back), over);
        return HttpContext.Features.Get<PortalSession>() is null ? Page() : LocalRedirect(Back ?? BackPath.Home);
    }

    public async Task<IActionResult> OnPostAsync(string? email, string? password, string? back)
    {
        (Email, Back) = (email?.Trim(), BackPath.Check(Url, back));
        if (HttpContext.Features.Get<PortalSession>() is not null)
        {
            return LocalRedirect(Back ?? BackPath.Home);
        }

        var answer = await people.SignIn.CheckPasswordAsync(Email ?? "", password ?? "", SessionCookie.Client(HttpContext), HttpContext.RequestAborted);
        if (answer is { Succeeded: true, Value: { Verdict: SignInVerdict.SecondFactorNeeded, Token: { } token } })
        {
            SessionCookie.Set(HttpContext, token);
            return LocalRedirect(BackPath.With("/sign-in/code", Back));
        }

        Error = answer.Succeeded ? answers.Of(answer.Value, "SignWrong") : answers.Of(answer.Problem);
        return Page();
    }

    /// <summary>What the script asks the browser.</summary>
    public async Task<IActionResult> OnPostPasskeyOptionsAsync() => HttpContext.Features.Get<PortalSession>() is null
        ? Content(await desk.AskToSignInAsync(HttpContext), MediaTypeNames.Application.Json)
        : LocalRedirect(BackPath.Home);

    public async Task<IActionResult> OnPostPasskeyAsync(string? credential, string? back)
    {
        Back = BackPath.Check(Url, back);
        if (HttpContext.Features.Get<PortalSession>() is not null)
        {
            return LocalRedirect(Back ?? BackPath.Home);
        }

        var (use, why, named) = await desk.AnsweredAsync(HttpContext, credential ?? "");
        var client = SessionCookie.Client(HttpContext);
        var answer = use is null
            ? await people.SignIn.RefusePasskeyAsync(named, why, client, HttpContext.RequestAborted)
            : await people.SignIn.SignInWithPasskeyAsync(use, client, HttpContext.RequestAborted);
        if (answer is { Succeeded: true, Value: { Verdict: SignInVerdict.Accepted, Token: { } token } })
        {
            await SessionCookie.EnterAsync(HttpContext, people, token);
            return LocalRedirect(Back ?? BackPath.Home);
        }

        Error = answer.Succeeded ? answers.Of(answer.Value, "SignPasskeyWrong") : answers.Of(answer.Problem);
        return Page();
    }
}
