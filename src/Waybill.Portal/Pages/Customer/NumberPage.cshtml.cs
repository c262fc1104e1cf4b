using Microsoft.AspNetCore.Mvc;
using Waybill.Core.Numbers;
using Waybill.Core.People;
using Waybill.Portal.Numbers;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Customer;

/// <summary>A number of an account: what is set for it, and what happened to it while it was the account's.</summary>
[Permission(PortalOperation.SeeOwnNumbers)]
internal sealed class NumberPageModel(NumberService numbers, NumberChanges changes) : NumberFormModel(numbers, changes)
{
    public string Here => AccountPath("/numbers/" + Number.Number.National);

    protected override NumberCaller Caller => NumberCaller.Of(Access!.Account, Actor);

    [Permission(PortalOperation.ChangeOwnNumbers)]
    public Task<IActionResult> OnPostTargetsAsync() => SetTargetsAsync();

    [Permission(PortalOperation.ChangeOwnNumbers)]
    public Task<IActionResult> OnPostMoreAsync() => SetMoreAsync();

    [Permission(PortalOperation.ChangeOwnNumbers)]
    public Task<IActionResult> OnPostPinAsync() => SetPinAsync();

    [Permission(PortalOperation.ChangeOwnNumbers)]
    public Task<IActionResult> OnPostEmergencyAsync() => SetEmergencyAsync();

    [Permission(PortalOperation.ChangeOwnNumbers)]
    public Task<IActionResult> OnPostGiveBackAsync() => GiveBackAsync();

    [Permission(PortalOperation.ChangeOwnNumbers)]
    public Task<IActionResult> OnPostTakeBackAsync() => TakeBackAsync();
}
