using Microsoft.AspNetCore.Mvc;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages;

/// <summary>The second factor once more, before somebody changes how they sign in.</summary>
internal sealed class HomeConfirmModel(PeopleServices people, Answers answers) : SignedInModel
{
    public string Back { get; private set; } = BackPath.Home;

    public string? Error { get; private set; }

    /// <summary>Where a page that needs it sends its visitor first.</summary>
    public static string PathFor(string back) => BackPath.With("/home/confirm", back);

    public void OnGet(string? back) => Back = BackPath.Check(Url, back) ?? BackPath.Home;

    public async Task<IActionResult> OnPostAsync(string? code, string? back)
    {
        Back = BackPath.Check(Url, back) ?? BackPath.Home;
        var answer = await people.SignIn.ConfirmAsync(SessionCookie.Of(HttpContext), code ?? "", SessionCookie.Client(HttpContext), HttpContext.RequestAborted);
        if (answer is { Succeeded: true, Value: { Verdict: SignInVerdict.Accepted, Token: { } token } })
        {
            SessionCookie.Set(HttpContext, token);
            return LocalRedirect(Back);
        }

        Error = answer.Succeeded ? answers.Of(answer.Value, "SignWrongCode") : answers.Of(answer.Problem);
        return Page();
    }
}
