using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.People;
using Waybill.Core.Porting;
using Waybill.Portal.People;
using Waybill.Portal.Porting;

namespace Waybill.Portal.Pages.Staff;

/// <summary>An order of porting, for the provider's people: what follows is offered, and nothing else.</summary>
[Permission(PortalOperation.SeePorting)]
internal sealed class PortingOrderModel(PortingService porting, IStringLocalizer<PortingTexts> words) : FormModel
{
    [FromRoute]
    public string Order { get; set; } = "";

    public PortingSheet Sheet { get; private set; } = null!;

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    [Permission(PortalOperation.DecidePorting)]
    public Task<IActionResult> OnPostTakeAsync() => StepAsync("Take", porting.TakeAsync(Order, Actor, HttpContext.RequestAborted));

    [Permission(PortalOperation.DecidePorting)]
    public Task<IActionResult> OnPostRejectAsync(string? code, string? reason) =>
        StepAsync("Reject", porting.RejectAsync(Order, Given(code) ?? "", reason ?? "", Actor, HttpContext.RequestAborted));

    [Permission(PortalOperation.DecidePorting)]
    public Task<IActionResult> OnPostAcceptAsync(string? rangeHolder) =>
        StepAsync("Accept", porting.AcceptAsync(Order, rangeHolder switch { "yes" => true, "no" => false, _ => null }, Actor, HttpContext.RequestAborted));

    [Permission(PortalOperation.DecidePorting)]
    public async Task<IActionResult> OnPostScheduleAsync(string? day, string? why) => DateOnly.TryParseExact(Given(day), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var agreed)
        ? await StepAsync("Schedule", porting.ScheduleAsync(Order, agreed, why, Actor, HttpContext.RequestAborted))
        : await AfterAsync("Schedule", new Problem(ProblemKind.Invalid, words["DayWrong"].Value), "");

    [Permission(PortalOperation.DecidePorting)]
    public Task<IActionResult> OnPostCompleteAsync() => StepAsync("Complete", porting.CompleteAsync(Order, Actor, HttpContext.RequestAborted));

    [Permission(PortalOperation.DecidePorting)]
    public Task<IActionResult> OnPostCancelAsync(string? reason) => StepAsync("Cancel", porting.CancelAsync(null, Order, reason ?? "", Actor, HttpContext.RequestAborted));

    protected override async Task<Problem?> LoadAsync()
    {
        var sheet = await PortingSheet.ReadAsync(porting, null, Order, PortingModel.PathOf, Time, HttpContext.RequestAborted);
        Sheet = sheet.Value!;
        return sheet.Problem;
    }

    private async Task<IActionResult> StepAsync(string form, ValueTask<Result<PortingOrder>> step) => await AfterAsync(form, (await step).Problem, "Porting" + form);
}
