using Microsoft.AspNetCore.Mvc;
using Waybill.Core;
using Waybill.Core.Database;
using Waybill.Core.People;
using Waybill.Core.Retention;
using Waybill.Portal.People;
using Waybill.Portal.Staff;

namespace Waybill.Portal.Pages.Staff;

/// <summary>What retention will remove and has removed, and what keeps files from it or lets them go sooner.</summary>
[Permission(PortalOperation.SeeRetention)]
internal sealed class RetentionModel(RetentionService retention, RetentionForecast forecast, RetentionPolicies policies, Holds holds, WaybillDatabase database, PortalOptions options) : FormModel
{
    /// <summary>Plans and runs of the past that are shown.</summary>
    public const int PassesShown = 20;

    /// <summary>The account whose plan is shown; null for all.</summary>
    [FromQuery(Name = "account")]
    public string? Number { get; set; }

    /// <summary>What goes in all, as it was worked out last; null before.</summary>
    public RetentionForecast.Worked? Forecast => forecast.Last;

    /// <summary>What goes of the account.</summary>
    public RetentionPlan? Plan { get; private set; }

    /// <summary>Of it, what a hold keeps and what nobody has fetched; null when nothing goes.</summary>
    public AccountPlan? Total { get; private set; }

    /// <summary>The first files that go, the oldest first.</summary>
    public IReadOnlyList<PlannedFile> Files { get; private set; } = [];

    public IReadOnlyList<RetentionPass> Passes { get; private set; } = [];

    public IReadOnlyList<RetentionPolicy> Policies { get; private set; } = [];

    public IReadOnlyList<Hold> Holds { get; private set; } = [];

    /// <summary>Holds or policies that are not shown: those of one account are, when it is asked for.</summary>
    public bool IsCut { get; private set; }

    public int Months => options.RetentionMonths;

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    [Permission(PortalOperation.SeeRetention)]
    public async Task<IActionResult> OnPostPlanAsync() => await AfterAsync("Plan", await forecast.WorkOutAsync(Actor, HttpContext.RequestAborted), "RetainPlanned");

    [Permission(PortalOperation.ChangeHolds)]
    public async Task<IActionResult> OnPostHoldAsync([FromForm] string? account, string? path, string? reason) =>
        await AfterAsync("Hold", (await holds.SetAsync(account?.Trim() ?? "", path?.Trim(), reason ?? "", Actor, HttpContext.RequestAborted)).Problem, "HoldSet");

    [Permission(PortalOperation.ChangeHolds)]
    public async Task<IActionResult> OnPostUnholdAsync([FromForm] string? account, string? path, string? reason) =>
        await AfterAsync("Unhold", (await holds.RemoveAsync(account ?? "", path, reason ?? "", Actor, HttpContext.RequestAborted)).Problem, "HoldRemoved");

    [Permission(PortalOperation.ChangeRetention)]
    public async Task<IActionResult> OnPostPolicyAsync([FromForm] string? account, string? folder, int months) =>
        await AfterAsync("Policy", (await policies.SetAsync(account?.Trim(), folder?.Trim(), months, Actor, HttpContext.RequestAborted)).Problem, "PolicySet");

    [Permission(PortalOperation.ChangeRetention)]
    public async Task<IActionResult> OnPostUnpolicyAsync([FromForm] string? account, string? folder) =>
        await AfterAsync("Unpolicy", (await policies.SetAsync(account, folder, null, Actor, HttpContext.RequestAborted)).Problem, "PolicyRemoved");

    protected override async Task<Problem?> LoadAsync()
    {
        var ended = HttpContext.RequestAborted;
        var number = Given(Number);
        Passes = [.. (await RetentionService.PassesAsync(database, ended)).Take(PassesShown)];
        var all = (await policies.ListAsync(ended)).Where(policy => number is null || policy.Account is null || string.Equals(policy.Account, number, StringComparison.OrdinalIgnoreCase)).ToList();
        var kept = May(PortalOperation.SeeHolds) ? await holds.ListAsync(number, ended) : [];
        (Policies, Holds) = ([.. all.Take(PortalLimits.Rows)], [.. kept.Take(PortalLimits.Rows)]);
        IsCut = all.Count > Policies.Count || kept.Count > Holds.Count;
        if (number is null)
        {
            return null;
        }

        List<PlannedFile> files = [];
        var plan = await retention.PlanAsync(
            new PlanRequest
            {
                Account = number,
                OnAccount = total => Total = total,
                OnFile = file =>
                {
                    if (files.Count < PortalLimits.ListRows)
                    {
                        files.Add(file);
                    }
                },
            },
            Actor, ended);
        (Plan, Files) = (plan.Value, files);
        return plan.Problem is { Kind: not ProblemKind.NotFound } problem ? problem : null;
    }
}
