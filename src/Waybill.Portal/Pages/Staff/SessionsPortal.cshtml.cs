using Microsoft.AspNetCore.Mvc;
using Waybill.Core;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>Who is signed in to the portal.</summary>
[Permission(PortalOperation.SeeSessions)]
internal sealed class SessionsPortalModel(PeopleServices people) : FormModel
{
    public IReadOnlyList<PortalSession> Sessions { get; private set; } = [];

    public string? More { get; private set; }

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    [Permission(PortalOperation.EndSessions)]
    public async Task<IActionResult> OnPostEndAsync(long id)
    {
        // What concerns staff is for administrators; one's own is one's own.
        var found = await people.Sessions.FindAsync(id, HttpContext.RequestAborted);
        if (found is { Person.IsStaff: true } && found.Person.Id != Session.Person.Id && PortalAccess.Check(Session, PortalOperation.ChangeStaff).Problem is { } refused)
        {
            return Refuse(refused);
        }

        var ended = await people.Sessions.EndAsync(id, null, Actor, HttpContext.RequestAborted);
        return ended.Succeeded && id == Session.Id ? LocalRedirect("/") : await AfterAsync("End", ended.Problem, "SessionEnded");
    }

    protected override async Task<Problem?> LoadAsync()
    {
        var page = await people.Sessions.ListAsync(PortalLimits.ListRows, Request.Query["after"], HttpContext.RequestAborted);
        (Sessions, More) = (page.Items, NextPage(page.Next));
        return null;
    }
}
