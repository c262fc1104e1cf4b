using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages;

/// <summary>Another password.</summary>
internal sealed class HomePasswordModel(PeopleServices people, Answers answers, IStringLocalizer<Texts> texts) : OwnCredentialModel(people)
{
    public PasswordErrors Errors { get; private set; } = new();

    public async Task<IActionResult> OnPostAsync(string? current, string? password, string? again)
    {
        if (password != again)
        {
            Errors = new(Again: texts["SignNotTheSame"]);
            return Page();
        }

        var answer = await Credentials.ChangePasswordAsync(Token, current ?? "", password ?? "", Client, HttpContext.RequestAborted);
        switch (answer)
        {
            case { Succeeded: true, Value: { Verdict: SignInVerdict.Accepted, Token: { } fresh } }:
                SessionCookie.Set(HttpContext, fresh);
                return Done("PasswordChanged", BackPath.Home);
            case { Succeeded: true, Value.Verdict: SignInVerdict.Expired }:
                return LocalRedirect("/sign-in");
            default:
                Errors = answers.Of(answer, "OwnPasswordWrong");
                return Page();
        }
    }
}
