using System.Net.Mime;
using Microsoft.AspNetCore.Mvc;
using Waybill.Core;
using Waybill.Core.People;
using Waybill.Portal.Passkeys;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages;

/// <summary>The second factor once more, before somebody changes how they sign in.</summary>
internal sealed class HomeConfirmModel(PeopleServices people, PasskeyDesk desk, Answers answers) : SignedInModel
{
    public string Back { get; private set; } = BackPath.Home;

    public string? Error { get; private set; }

    /// <summary>Why a passkey does not do.</summary>
    public string? PasskeyError { get; private set; }

    public bool HasPasskey { get; private set; }

    /// <summary>Where a page that needs it sends its visitor first.</summary>
    public static string PathFor(string back) => BackPath.With("/home/confirm", back);

    public Task<IActionResult> OnGetAsync(string? back)
    {
        Back = BackPath.Check(Url, back) ?? BackPath.Home;
        return ShowAsync();
    }

    public async Task<IActionResult> OnPostAsync(string? code, string? back)
    {
        Back = BackPath.Check(Url, back) ?? BackPath.Home;
        var answer = await people.SignIn.ConfirmAsync(SessionCookie.Of(HttpContext), code ?? "", SessionCookie.Client(HttpContext), HttpContext.RequestAborted);
        Error = WrongOf(answer, "SignWrongCode");
        return Error is null ? LocalRedirect(Back) : await ShowAsync();
    }

    /// <summary>What the script asks the browser.</summary>
    public async Task<IActionResult> OnPostPasskeyOptionsAsync() => Content(await desk.AskToConfirmAsync(HttpContext, Session), MediaTypeNames.Application.Json);

    public async Task<IActionResult> OnPostPasskeyAsync(string? credential, string? back)
    {
        Back = BackPath.Check(Url, back) ?? BackPath.Home;
        var (use, why, named) = await desk.ConfirmedAsync(HttpContext, Session, credential ?? "");
        var client = SessionCookie.Client(HttpContext);
        PasskeyError = WrongOf(
            use is null
                ? await people.SignIn.RefusePasskeyAsync(named, why, client, HttpContext.RequestAborted)
                : await people.SignIn.ConfirmWithPasskeyAsync(SessionCookie.Of(HttpContext), use, client, HttpContext.RequestAborted),
            "ConfirmPasskeyWrong");
        return PasskeyError is null ? LocalRedirect(Back) : await ShowAsync();
    }

    /// <summary>What is wrong with an answer; null for nothing, and then the session goes on under another token.</summary>
    private string? WrongOf(Result<SignInAnswer> answer, string wrong)
    {
        if (answer is { Succeeded: true, Value: { Verdict: SignInVerdict.Accepted, Token: { } token } })
        {
            SessionCookie.Set(HttpContext, token);
            return null;
        }

        return answer.Succeeded ? answers.Of(answer.Value, wrong) : answers.Of(answer.Problem);
    }

    private async Task<IActionResult> ShowAsync()
    {
        HasPasskey = (await people.Credentials.PasskeysAsync(Session.Person, HttpContext.RequestAborted)).Count > 0;
        return Page();
    }
}
