using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Customer;

/// <summary>Who works for an account; its owners invite people and take their roles away.</summary>
[Permission(PortalOperation.SeeOwnPeople)]
internal sealed class PeopleModel(PeopleServices people, Answers answers, IStringLocalizer<AccountTexts> texts) : SignedInModel
{
    public IReadOnlyList<AccountPerson> People { get; private set; } = [];

    public string? More { get; private set; }

    public string? Error { get; private set; }

    public string? NewName { get; private set; }

    public string? NewEmail { get; private set; }

    public string? NameError { get; private set; }

    public string? EmailError { get; private set; }

    public string Here => AccountPath("/people");

    public Task<IActionResult> OnGetAsync(string? after) => ShowAsync(after);

    [Permission(PortalOperation.ChangeOwnPeople)]
    public async Task<IActionResult> OnPostInviteAsync(string? name, string? email, string? role)
    {
        (NewName, NewEmail) = (name, email);
        if (string.IsNullOrWhiteSpace(name) || string.IsNullOrWhiteSpace(email))
        {
            NameError = string.IsNullOrWhiteSpace(name) ? texts["PeopleNameMissing"].Value : null;
            EmailError = string.IsNullOrWhiteSpace(email) ? texts["PeopleEmailMissing"].Value : null;
            return await ShowAsync(null);
        }

        var grant = new RoleGrant(role == "owner" ? PersonRole.Owner : PersonRole.Member, Access!.Account);
        var invited = await people.Invitations.InviteToAccountAsync(new NewPerson(email.Trim(), name.Trim()) { Roles = [grant] }, Actor, HttpContext.RequestAborted);
        if (invited.Succeeded)
        {
            return Done("Invited", Here);
        }

        EmailError = answers.Of(invited.Problem);
        return await ShowAsync(null);
    }

    [Permission(PortalOperation.ChangeOwnPeople)]
    public async Task<IActionResult> OnPostRemoveAsync(string? email, string? role, string? vendor)
    {
        var grant = new RoleGrant(role switch { "owner" => PersonRole.Owner, "vendor" => PersonRole.Vendor, _ => PersonRole.Member }, Access!.Account, role == "vendor" ? vendor : null);
        var removed = await people.People.TakeAwayAsync(email ?? "", grant, Actor, HttpContext.RequestAborted);
        if (removed.Succeeded)
        {
            return Done("RoleGone", string.Equals(email, Session.Person.Email, StringComparison.OrdinalIgnoreCase) ? BackPath.Home : Here);
        }

        Error = removed.Problem.Kind == ProblemKind.NotFound ? texts["PeopleNotThere"] : answers.Of(removed.Problem);
        return await ShowAsync(null);
    }

    private async Task<IActionResult> ShowAsync(string? after)
    {
        var page = await people.People.ListAtAsync(Access!.Account, PortalLimits.ListRows, after, HttpContext.RequestAborted);
        (People, More) = (page.Items, NextPage(page.Next));
        return Page();
    }
}
