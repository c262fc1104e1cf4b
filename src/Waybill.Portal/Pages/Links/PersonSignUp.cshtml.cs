using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
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
/// Behind the link to sign up. Opening it says whom it is for. The password's step makes an authenticator for this browser, which keeps it in a cookie: whoever opened or
/// sent the form before, as a mail scanner does, has seen another one. The code's step uses the link up.
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

    /// <summary>Whether the link alone does not do: see <see cref="PersonLink.NeedsCode"/>.</summary>
    public bool NeedsCode { get; private set; }

    /// <summary>What is wrong with the code that was told by telephone.</summary>
    public string? SpokenError { get; private set; }

    public async Task<IActionResult> OnGetAsync(string token)
    {
        if (!await FindAsync(token))
        {
            return NotFound();
        }

        await ResumeAsync(token);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string token, string? step, string? password, string? again, string? code, string? spoken) =>
        !await FindAsync(token) ? NotFound() : step switch
    {
        "finish" => await FinishAsync(token, code ?? ""),
        "anew" => Anew(token),
        _ => await BeginAsync(token, password ?? "", again ?? "", spoken),
    };

    /// <summary>A cookie for each link: the same browser may sign two people up.</summary>
    private static string CookieOf(string token) => "__Host-waybill-sign-up-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)).AsSpan(0, 8));

    private static CookieOptions Options() => new() { Path = "/", Secure = true, HttpOnly = true, SameSite = SameSiteMode.Strict, MaxAge = SignInLimits.Pending };

    /// <summary>Back to the password: this browser forgets its authenticator.</summary>
    private PageResult Anew(string token)
    {
        Response.Cookies.Delete(CookieOf(token), Options());
        return Page();
    }

    private async Task<IActionResult> BeginAsync(string token, string password, string again, string? spoken)
    {
        if (password != again)
        {
            AgainError = texts["SignNotTheSame"];
            return Page();
        }

        var begun = await people.Credentials.BeginSignUpAsync(token, password, spoken, SessionCookie.Client(HttpContext), HttpContext.RequestAborted);
        if (!begun.Succeeded)
        {
            var words = answers.Of(begun.Problem);
            (PasswordError, SpokenError, Error) = begun.Problem.Kind switch
            {
                ProblemKind.Invalid => (words, null, null),
                ProblemKind.Refused when NeedsCode => (null, words, null),
                _ => ((string?)null, (string?)null, words),
            };
            return begun.Problem.Kind == ProblemKind.NotFound ? NotFound() : Page();
        }

        Response.Cookies.Append(CookieOf(token), begun.Value.Kept, Options());
        Show(begun.Value.Enrolment);
        return Page();
    }

    /// <summary>Signs up; what is wrong stands beside its field then.</summary>
    private async Task<IActionResult> FinishAsync(string token, string code)
    {
        var enrolled = await people.Credentials.SignUpAsync(token, Request.Cookies[CookieOf(token)], code, SessionCookie.Client(HttpContext), HttpContext.RequestAborted);
        if (enrolled.Succeeded)
        {
            Response.Cookies.Delete(CookieOf(token), Options());
            await SessionCookie.EnterAsync(HttpContext, people, enrolled.Value.Token!);
            Codes = enrolled.Value.RecoveryCodes;
            return Page();
        }

        if (enrolled.Problem.Kind == ProblemKind.NotFound)
        {
            return NotFound();
        }

        await ResumeAsync(token);
        var words = answers.Of(enrolled.Problem);
        if (Enrolment is not null && enrolled.Problem.Kind == ProblemKind.Refused)
        {
            CodeError = words;
        }
        else
        {
            Error = words;
        }

        return Page();
    }

    /// <summary>Goes on where this browser was.</summary>
    private async Task ResumeAsync(string token)
    {
        if (await people.Credentials.ResumeSignUpAsync(token, Request.Cookies[CookieOf(token)], HttpContext.RequestAborted) is { } enrolment)
        {
            Show(enrolment);
        }
    }

    private void Show(TotpEnrolment enrolment) => (Enrolment, Qr) = (enrolment, QrPicture.Of(enrolment.Uri));

    private async Task<bool> FindAsync(string token)
    {
        if (await people.Credentials.FindLinkAsync(token, HttpContext.RequestAborted) is not { Kind: PersonLinkKind.SignUp } link)
        {
            return false;
        }

        (Person, Address, NeedsCode) = (link.Person, LinkRouting.PathOf(token), link.NeedsCode);
        return true;
    }
}
