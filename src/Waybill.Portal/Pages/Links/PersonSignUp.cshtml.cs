using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.People;
using Waybill.Portal.Connecting;
using Waybill.Portal.Links;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Links;

/// <summary>
/// Behind the link to sign up. Opening it says whom it is for; the authenticator, which waits for its first code for an hour, is made when its person presses the
/// button and not when a mail scanner looks. The last step uses the link up.
/// </summary>
internal sealed class PersonSignUpModel(PeopleServices people, Answers answers, IStringLocalizer<Texts> texts) : PageModel
{
    public Person Person { get; private set; } = null!;

    public string Address { get; private set; } = "";

    public TotpEnrolment? Enrolment { get; private set; }

    public QrPicture? Qr { get; private set; }

    /// <summary>The recovery codes, shown this once; null before the end.</summary>
    public IReadOnlyList<string>? Codes { get; private set; }

    public string? Error { get; private set; }

    public string? PasswordError { get; private set; }

    public string? AgainError { get; private set; }

    public string? CodeError { get; private set; }

    public async Task<IActionResult> OnGetAsync(string token) => await FindAsync(token) ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync(string token, string? step, string? password, string? again, string? code)
    {
        if (!await FindAsync(token))
        {
            return NotFound();
        }

        if (step != "begin")
        {
            if (await FinishAsync(token, password ?? "", again ?? "", code ?? "") is not { } problem)
            {
                return Page();
            }

            if (problem.Kind == ProblemKind.NotFound)
            {
                return NotFound();
            }
        }

        var begun = await people.Credentials.BeginSignUpAsync(token, HttpContext.RequestAborted);
        if (begun.Succeeded)
        {
            (Enrolment, Qr) = (begun.Value, QrPicture.Of(begun.Value.Uri));
            return Page();
        }

        Error = answers.Of(begun.Problem);
        return begun.Problem.Kind == ProblemKind.NotFound ? NotFound() : Page();
    }

    /// <summary>Signs up; what is wrong stands beside its field then.</summary>
    private async Task<Problem?> FinishAsync(string token, string password, string again, string code)
    {
        if (password != again)
        {
            AgainError = texts["SignNotTheSame"];
            return new Problem(ProblemKind.Invalid, AgainError);
        }

        var enrolled = await people.Credentials.SignUpAsync(token, password, code, SessionCookie.Client(HttpContext), HttpContext.RequestAborted);
        if (enrolled.Succeeded)
        {
            await SessionCookie.EnterAsync(HttpContext, people, enrolled.Value.Token!);
            Codes = enrolled.Value.RecoveryCodes;
            return null;
        }

        var words = answers.Of(enrolled.Problem);
        switch (enrolled.Problem.Kind)
        {
            case ProblemKind.Invalid:
                PasswordError = words;
                break;
            case ProblemKind.Refused:
                CodeError = words;
                break;
            default:
                Error = words;
                break;
        }

        return enrolled.Problem;
    }

    private async Task<bool> FindAsync(string token)
    {
        if (await people.Credentials.FindLinkAsync(token, HttpContext.RequestAborted) is not { Kind: PersonLinkKind.SignUp } link)
        {
            return false;
        }

        (Person, Address) = (link.Person, LinkRouting.PathOf(token));
        return true;
    }
}
