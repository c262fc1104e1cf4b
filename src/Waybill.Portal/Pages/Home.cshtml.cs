using Microsoft.AspNetCore.Mvc;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages;

/// <summary>What somebody is here, and where they are signed in.</summary>
internal sealed class HomeModel(PeopleServices people, PortalOptions options, Answers answers) : SignedInModel
{
    /// <summary>Fewer recovery codes than this are worth a warning.</summary>
    public const int FewCodes = 3;

    public IReadOnlyList<PortalSession> Sessions { get; private set; } = [];

    public int CodesLeft { get; private set; }

    public string? NewZone { get; private set; }

    public string? NewLanguage { get; private set; }

    public string? ZoneError { get; private set; }

    public string? LanguageError { get; private set; }

    public string Provider => options.ProviderName;

    /// <summary>Where a role at an account leads: a vendor's person to the vendor's login.</summary>
    public static string AddressOf(RoleGrant role) => $"/account/{Uri.EscapeDataString(role.Account!)}{(role.Role == PersonRole.Vendor ? "/logins" : "")}";

    public async Task OnGetAsync()
    {
        Sessions = await people.Sessions.OfAsync(Session.Person, HttpContext.RequestAborted);
        CodesLeft = await people.Credentials.RecoveryCodesLeftAsync(Session.Person, HttpContext.RequestAborted);
    }

    /// <summary>Sets language and time zone.</summary>
    public async Task<IActionResult> OnPostPreferencesAsync(string? zone, string? language)
    {
        (NewZone, NewLanguage) = (zone?.Trim() ?? "", language?.Trim() ?? "");
        var changed = await people.People.ChangeAsync(Session.Person.Email, new PersonChange { TimeZone = NewZone }, Actor, HttpContext.RequestAborted);
        ZoneError = changed.Succeeded ? null : answers.Of(changed.Problem);
        changed = await people.People.ChangeAsync(Session.Person.Email, new PersonChange { Language = NewLanguage }, Actor, HttpContext.RequestAborted);
        LanguageError = changed.Succeeded ? null : answers.Of(changed.Problem);
        if (ZoneError is null && LanguageError is null)
        {
            return Done("Preferences", BackPath.Home);
        }

        await OnGetAsync();
        return Page();
    }

    /// <summary>Ends looking at an account as its customer: the session goes on with another token, where it came from.</summary>
    public async Task<IActionResult> OnPostEndViewAsync()
    {
        var ended = await people.Sessions.EndViewAsync(SessionCookie.Of(HttpContext), SessionCookie.Client(HttpContext), HttpContext.RequestAborted);
        if (!ended.Succeeded)
        {
            return LocalRedirect("/sign-in");
        }

        SessionCookie.Set(HttpContext, ended.Value);
        return LocalRedirect(Session.View is { } view ? Staff.AccountsModel.PathOf(view.Account) : BackPath.Home);
    }

    /// <summary>Ends one of the person's own sessions; one that has ended meanwhile is what was asked for.</summary>
    public async Task<IActionResult> OnPostAsync(long session)
    {
        await people.Sessions.EndAsync(session, Session.Person, Actor, HttpContext.RequestAborted);
        if (session == Session.Id)
        {
            SessionCookie.Remove(HttpContext);
            return LocalRedirect("/");
        }

        return LocalRedirect(BackPath.Home);
    }
}
