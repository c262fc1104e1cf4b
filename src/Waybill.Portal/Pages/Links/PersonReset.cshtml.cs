using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using Waybill.Core.People;
using Waybill.Portal.Links;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Links;

/// <summary>Behind the link to a new password: it needs a code too, since a mailbox alone opens nothing.</summary>
internal sealed class PersonResetModel(PeopleServices people, Answers answers, IStringLocalizer<Texts> texts) : PageModel
{
    public Person Person { get; private set; } = null!;

    public string Address { get; private set; } = "";

    public PasswordErrors Errors { get; private set; } = new();

    public async Task<IActionResult> OnGetAsync(string token) => await FindAsync(token) ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync(string token, string? password, string? again, string? code)
    {
        if (!await FindAsync(token))
        {
            return NotFound();
        }

        if (password != again)
        {
            Errors = new(Again: texts["SignNotTheSame"]);
            return Page();
        }

        var answer = await people.Credentials.ResetAsync(token, password ?? "", code ?? "", SessionCookie.Client(HttpContext), HttpContext.RequestAborted);
        switch (answer)
        {
            case { Succeeded: true, Value: { Verdict: SignInVerdict.Accepted, Token: { } fresh } }:
                await SessionCookie.EnterAsync(HttpContext, people, fresh);
                return LocalRedirect(BackPath.Home);
            case { Succeeded: true, Value.Verdict: SignInVerdict.Expired }:
                return NotFound();
            default:
                Errors = answers.Of(answer, "SignWrongCode");
                return Page();
        }
    }

    private async Task<bool> FindAsync(string token)
    {
        if (await people.Credentials.FindLinkAsync(token, HttpContext.RequestAborted) is not { Kind: PersonLinkKind.Reset } link)
        {
            return false;
        }

        (Person, Address) = (link.Person, LinkRouting.PathOf(token));
        return true;
    }
}
