using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.Logins;
using Waybill.Core.Passwords;
using Waybill.Portal.Links;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Links;

/// <summary>Behind the link by which a customer sets a login's password: opening it uses nothing up, since mail scanners open links too; the form does.</summary>
internal sealed class LoginPasswordModel(LoginPasswords passwords, Answers answers, PortalOptions options, IStringLocalizer<Texts> texts) : PageModel
{
    public PortalOptions Options => options;

    public Login Login { get; private set; } = null!;

    public string Address { get; private set; } = "";

    /// <summary>It is done, and the link is used up.</summary>
    public bool IsSet { get; private set; }

    public string? Error { get; private set; }

    public string? PasswordError { get; private set; }

    public string? AgainError { get; private set; }

    public async Task<IActionResult> OnGetAsync(string token) => await FindAsync(token) ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync(string token, string? password, string? again)
    {
        if (!await FindAsync(token))
        {
            return NotFound();
        }

        if (password != again)
        {
            AgainError = texts["SignNotTheSame"];
            return Page();
        }

        var set = await passwords.SetByLinkAsync(token, password ?? "", SessionCookie.Client(HttpContext).Text, HttpContext.RequestAborted);
        switch (set.Problem?.Kind)
        {
            case null:
                IsSet = true;
                return Page();
            case ProblemKind.NotFound:
                return NotFound();
            case ProblemKind.Invalid:
                PasswordError = answers.Of(set.Problem!);
                return Page();
            default:
                Error = answers.Of(set.Problem!);
                return Page();
        }
    }

    private async Task<bool> FindAsync(string token)
    {
        if (await passwords.FindLinkAsync(token, HttpContext.RequestAborted) is not { } login)
        {
            return false;
        }

        (Login, Address) = (login, LinkRouting.PathOf(token));
        return true;
    }
}
