using Microsoft.AspNetCore.Mvc;
using Waybill.Core.People;
using Waybill.Portal.Connecting;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages;

/// <summary>Another authenticator, with recovery codes of its own: those before are worth nothing.</summary>
internal sealed class HomeAuthenticatorModel(PeopleServices people, Answers answers) : OwnCredentialModel(people)
{
    public TotpEnrolment? Enrolment { get; private set; }

    public QrPicture? Qr { get; private set; }

    public IReadOnlyList<string>? Codes { get; private set; }

    public string? CodeError { get; private set; }

    public string? Error { get; private set; }

    public async Task<IActionResult> OnPostBeginAsync()
    {
        var begun = await Credentials.BeginTotpAsync(Token, HttpContext.RequestAborted);
        if (begun.Succeeded)
        {
            (Enrolment, Qr) = (begun.Value, QrPicture.Of(begun.Value.Uri));
        }
        else
        {
            Error = answers.Of(begun.Problem);
        }

        return Page();
    }

    public async Task<IActionResult> OnPostFinishAsync(string? code)
    {
        var finished = await Credentials.FinishTotpAsync(Token, code ?? "", null, Client, HttpContext.RequestAborted);
        if (finished.Succeeded)
        {
            SessionCookie.Set(HttpContext, finished.Value.Token!);
            Codes = finished.Value.RecoveryCodes;
            return Page();
        }

        CodeError = answers.Of(finished.Problem);
        return await OnPostBeginAsync();
    }
}
