using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>One person: roles, how they sign in, and letting them in or out. What concerns staff is for administrators.</summary>
[Permission(PortalOperation.SeePeople)]
internal sealed class PersonPageModel(PeopleServices people, IStringLocalizer<StaffTexts> words) : FormModel
{
    private string _email = "";

    /// <summary>The address of the page; a slash, which a path does not hold, comes escaped.</summary>
    [FromRoute(Name = "email")]
    public string Email
    {
        get => _email;
        set => _email = value.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
    }

    public Person Person { get; private set; } = null!;

    /// <summary>An invitation whose code is to be told; null for none.</summary>
    public Invitation? Told { get; private set; }

    /// <summary>Whether whoever looks may change this person.</summary>
    public bool MayChange => PortalAccess.Check(Session, PortalOperation.ChangePeople, Person).Succeeded;

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    [Permission(PortalOperation.ChangePeople)]
    public Task<IActionResult> OnPostInviteAsync() => TellAsync("Invite", "PersonInvited", ended => people.Invitations.InviteAsync(Email, handOver: false, Actor, ended));

    [Permission(PortalOperation.ChangePeople)]
    public Task<IActionResult> OnPostResetAsync(string? reason) =>
        TellAsync("Reset", "PersonReset", ended => people.Invitations.ResetAsync(Email, reason ?? "", handOver: false, Actor, ended));

    [Permission(PortalOperation.ChangePeople)]
    public Task<IActionResult> OnPostSuspendAsync(string? reason) =>
        DoAsync("Suspend", "PersonSuspended", async ended => (await people.People.SuspendAsync(Email, reason ?? "", Actor, ended)).Problem);

    [Permission(PortalOperation.ChangePeople)]
    public Task<IActionResult> OnPostResumeAsync() => DoAsync("Resume", "PersonResumed", async ended => (await people.People.ResumeAsync(Email, Actor, ended)).Problem);

    [Permission(PortalOperation.ChangePeople)]
    public Task<IActionResult> OnPostRemoveAsync() => DoAsync("Remove", "PersonRemoved", async ended => (await people.People.RemoveAsync(Email, Actor, ended)).Problem, "/staff/people");

    [Permission(PortalOperation.ChangePeople)]
    public Task<IActionResult> OnPostChangeAsync(string? name, string? phone, string? language, string? zone) => DoAsync("Change", "PersonChanged", async ended => (await people.People.ChangeAsync(
        Email, new PersonChange { Name = name?.Trim() ?? "", Phone = phone?.Trim() ?? "", Language = language?.Trim(), TimeZone = zone?.Trim() ?? "" }, Actor, ended)).Problem);

    [Permission(PortalOperation.ChangePeople)]
    public Task<IActionResult> OnPostGrantAsync(string? role, string? account, string? vendor) =>
        RoleAsync("Grant", "PersonGranted", role, account, vendor, async (grant, ended) => (await people.People.GrantAsync(Email, grant, Actor, ended)).Problem);

    [Permission(PortalOperation.ChangePeople)]
    public Task<IActionResult> OnPostRevokeAsync(string? role, string? account, string? vendor) =>
        RoleAsync("Revoke", "PersonRevoked", role, account, vendor, async (grant, ended) => (await people.People.RevokeAsync(Email, grant, Actor, ended)).Problem);

    protected override async Task<Problem?> LoadAsync()
    {
        var found = await people.People.FindAsync(Email, HttpContext.RequestAborted);
        Person = found.Value!;
        return found.Problem;
    }

    private async Task<IActionResult> DoAsync(string form, string word, Func<CancellationToken, ValueTask<Problem?>> act, string? path = null)
    {
        if ((await LoadAsync() ?? PortalAccess.Check(Session, PortalOperation.ChangePeople, Person).Problem) is { } refused)
        {
            return Refuse(refused);
        }

        return await AfterAsync(form, await act(HttpContext.RequestAborted), word, path);
    }

    /// <summary>Sends a link. The code that it may need is shown in the answer itself and not behind a redirection: it is told this once and kept nowhere.</summary>
    private async Task<IActionResult> TellAsync(string form, string word, Func<CancellationToken, ValueTask<Result<Invitation>>> act)
    {
        Invitation? made = null;
        var answer = await DoAsync(form, word, async ended =>
        {
            var invited = await act(ended);
            made = invited.Value;
            return invited.Problem;
        });
        return made is { Code: not null } ? await ShowToldAsync(made) : answer;
    }

    private async Task<IActionResult> ShowToldAsync(Invitation told)
    {
        Told = told;
        return await ShowAsync();
    }

    private Task<IActionResult> RoleAsync(
        string form, string word, string? role, string? account, string? vendor, Func<RoleGrant, CancellationToken, ValueTask<Problem?>> act) => DoAsync(form, word, async ended =>
        PeopleModel.RoleOf(role, account, vendor) is not { } grant ? new Problem(ProblemKind.Invalid, words["PersonRoleMissing"].Value)
        : grant.IsAtProvider && PortalAccess.Check(Session, PortalOperation.ChangeStaff).Problem is { } refused ? refused
        : await act(grant, ended));
}
