using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>Everybody who uses the portal or gets mails.</summary>
[Permission(PortalOperation.SeePeople)]
internal sealed class PeopleModel(PeopleServices people, IStringLocalizer<StaffTexts> words) : FormModel
{
    /// <summary>Beginnings of words of name and address.</summary>
    [FromQuery(Name = "q")]
    public string? Search { get; set; }

    /// <summary>Only people of this account.</summary>
    [FromQuery(Name = "account")]
    public string? Account { get; set; }

    /// <summary>Only people with this role at the provider.</summary>
    [FromQuery(Name = "role")]
    public string? Role { get; set; }

    public IReadOnlyList<Person> People { get; private set; } = [];

    public string? More { get; private set; }

    /// <summary>Somebody who was added and whose code is to be told, shown in the answer to the form and nowhere again; null for none.</summary>
    public Invitation? Told { get; private set; }

    public static IEnumerable<PersonRole> ProviderRoles => Enum.GetValues<PersonRole>().Where(RoleGrant.IsProviderRole);

    public static string PathOf(string email) => $"/staff/people/{Uri.EscapeDataString(email)}";

    /// <summary>The role that a form names; null when it names none.</summary>
    public static RoleGrant? RoleOf(string? role, string? account, string? vendor) => Enum.TryParse<PersonRole>(role, ignoreCase: true, out var found) && Enum.IsDefined(found)
        ? new RoleGrant(found, account?.Trim(), vendor?.Trim())
        : null;

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    /// <summary>Adds somebody and mails the link to sign up. The link is not shown here: who sees it could sign up as that person.</summary>
    [Permission(PortalOperation.ChangePeople)]
    public async Task<IActionResult> OnPostAddAsync(string? email, string? name, string? phone, string? role, [FromForm] string? account, string? vendor)
    {
        var ended = HttpContext.RequestAborted;
        if (RoleOf(role, account, vendor) is not { } grant)
        {
            return await AfterAsync("Add", new Problem(ProblemKind.Invalid, words["PersonRoleMissing"].Value), "");
        }

        var address = email?.Trim() ?? "";
        var known = await people.People.FindAsync(address, ended);
        var allowed = grant.IsAtProvider ? PortalAccess.Check(Session, PortalOperation.ChangeStaff)
            : known.Succeeded ? PortalAccess.Check(Session, PortalOperation.ChangePeople, known.Value)
            : Outcome.Done;
        if (!allowed.Succeeded)
        {
            return Refuse(allowed.Problem);
        }

        var person = new NewPerson(address, name?.Trim() ?? "") { Phone = phone?.Trim(), Roles = [grant] };
        if (grant.IsAtProvider || grant.Account is null)
        {
            var added = await people.Invitations.AddAsync(person, handOver: false, Actor, ended);
            if (added is { Succeeded: true, Value.Code: not null })
            {
                Told = added.Value;
                return await ShowAsync();
            }

            return await AfterAsync("Add", added.Problem, "PersonAdded", added.Succeeded ? PathOf(address) : null);
        }

        var problem = (await people.Invitations.InviteToAccountAsync(person, Actor, ended)).Problem;
        return await AfterAsync("Add", problem, "PersonAdded", problem is null ? PathOf(address) : null);
    }

    protected override async Task<Problem?> LoadAsync()
    {
        var role = RoleOf(Role, null, null) is { IsAtProvider: true } grant ? grant.Role : (PersonRole?)null;
        var page = await people.People.ListAsync(
            new PersonQuery { Text = Search, Account = Account, ProviderRole = role, Size = PortalLimits.ListRows, After = Request.Query["after"] }, HttpContext.RequestAborted);
        (People, More) = (page.Items, NextPage(page.Next));
        return null;
    }
}
