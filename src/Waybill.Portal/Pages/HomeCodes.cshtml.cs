using Microsoft.AspNetCore.Mvc;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages;

/// <summary>New recovery codes, shown once.</summary>
internal sealed class HomeCodesModel(PeopleServices people, Answers answers) : OwnCredentialModel(people)
{
    public IReadOnlyList<string>? Codes { get; private set; }

    public string? Error { get; private set; }

    public async Task<IActionResult> OnPostAsync()
    {
        var made = await Credentials.MakeRecoveryCodesAsync(Token, Client, HttpContext.RequestAborted);
        if (made.Succeeded)
        {
            SessionCookie.Set(HttpContext, made.Value.Token!);
            Codes = made.Value.RecoveryCodes;
        }
        else
        {
            Error = answers.Of(made.Problem);
        }

        return Page();
    }
}
