using Microsoft.AspNetCore.Mvc.RazorPages;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages;

/// <summary>Asks for a link to a new password. The answer is the same for every address.</summary>
internal sealed class ForgottenModel(PeopleServices people, Answers answers) : PageModel
{
    public string? Email { get; private set; }

    public bool IsAsked { get; private set; }

    public string? Error { get; private set; }

    public async Task OnPostAsync(string? email)
    {
        Email = email?.Trim();
        var asked = await people.Credentials.AskResetAsync(Email ?? "", SessionCookie.Client(HttpContext), HttpContext.RequestAborted);
        (IsAsked, Error) = (asked.Succeeded, asked.Succeeded ? null : answers.Of(asked.Problem));
    }
}
