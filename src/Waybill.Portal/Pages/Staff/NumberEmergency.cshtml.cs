using Microsoft.AspNetCore.Mvc;
using Waybill.Core;
using Waybill.Core.Numbers;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>Emergency records that wait to be passed on; the number's page has the record and takes the answer.</summary>
[Permission(PortalOperation.SeeNumbers)]
internal sealed class NumberEmergencyModel(NumberService numbers) : FormModel
{
    public IReadOnlyList<EmergencyRecord> Items { get; private set; } = [];

    public string? More { get; private set; }

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    protected override async Task<Problem?> LoadAsync()
    {
        var page = await numbers.ListEmergencyAsync(EmergencyStatus.Submitted, PortalLimits.ListRows, Request.Query["after"], HttpContext.RequestAborted);
        (Items, More) = (page.Items, NextPage(page.Next));
        return null;
    }
}
