using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages;

/// <summary>Another password.</summary>
internal sealed class HomePasswordModel(PeopleServices people, Answers answers, IStringLocalizer<Texts> texts) : OwnCredentialModel(people)
{
    public string? Error { get; private set; }

    public string? CurrentError { get; private set; }

    public string? PasswordError { get; private set; }

    public string? AgainError { get; private set; }

    public async Task<IActionResult> OnPostAsync(string? current, string? password, string? again)
    {
        if (password != again)
        {
            AgainError = texts["SignNotTheSame"];
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
            case { Succeeded: true }:
                CurrentError = answers.Of(answer.Value, "OwnPasswordWrong");
                return Page();
            case { Problem.Kind: ProblemKind.Invalid }:
                PasswordError = answers.Of(answer.Problem!);
                return Page();
            default:
                Error = answers.Of(answer.Problem!);
                return Page();
        }
    }
}
