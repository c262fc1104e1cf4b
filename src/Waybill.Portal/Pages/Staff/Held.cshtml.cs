using Microsoft.AspNetCore.Mvc;
using Waybill.Core;
using Waybill.Core.Feeds;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>Duplicates that wait for a decision, and what was taken back.</summary>
[Permission(PortalOperation.SeeHeld)]
internal sealed class HeldModel(FeedPublisher publisher) : FormModel
{
    [FromQuery(Name = "account")]
    public string? Account { get; set; }

    /// <summary>What was taken back, instead of what is held.</summary>
    [FromQuery(Name = "recalled")]
    public bool Recalled { get; set; }

    public IReadOnlyList<Publication> Sets { get; private set; } = [];

    public string? More { get; private set; }

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    [Permission(PortalOperation.DecideHeld)]
    public async Task<IActionResult> OnPostReleaseAsync(long id, string? reason) =>
        await AfterAsync("Release", (await publisher.ReleaseAsync(id, reason, Actor, HttpContext.RequestAborted)).Problem, "HeldReleased");

    [Permission(PortalOperation.DecideHeld)]
    public async Task<IActionResult> OnPostDiscardAsync(long id, string? reason) =>
        await AfterAsync("Discard", (await publisher.DiscardAsync(id, reason ?? "", Actor, HttpContext.RequestAborted)).Problem, "HeldDiscarded");

    protected override async Task<Problem?> LoadAsync()
    {
        var page = await publisher.ListSetAsideAsync(Recalled, Account?.Trim(), PortalLimits.ListRows, Request.Query["after"], HttpContext.RequestAborted);
        (Sets, More) = (page.Items, NextPage(page.Next));
        return null;
    }
}
