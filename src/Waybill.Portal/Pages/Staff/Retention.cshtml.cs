using Microsoft.AspNetCore.Mvc;
using Waybill.Core;
using Waybill.Core.Accounts;
using Waybill.Core.Database;
using Waybill.Core.People;
using Waybill.Core.Retention;
using Waybill.Portal.People;
using Waybill.Portal.Staff;

namespace Waybill.Portal.Pages.Staff;

/// <summary>What retention will remove and has removed, and what keeps files from it or lets them go sooner.</summary>
[Permission(PortalOperation.SeeRetention)]
internal sealed class RetentionModel(RetentionForecast forecast, RetentionPolicies policies, Holds holds, AccountService accounts, WaybillDatabase database, PortalOptions options) : FormModel
{
    /// <summary>Plans and runs of the past that are shown.</summary>
    public const int PassesShown = 20;

    /// <summary>The account whose plan is shown; null for all.</summary>
    [FromQuery(Name = "account")]
    public string? Number { get; set; }

    /// <summary>What goes in all, as it was worked out last; null before.</summary>
    public RetentionForecast.Worked? Forecast => forecast.Last;

    /// <summary>The account that is asked for; null for all, and when there is none of that number.</summary>
    public string? Account { get; private set; }

    /// <summary>What goes of the account, as it was worked out last; null before.</summary>
    public RetentionForecast.WorkedOf? Of { get; private set; }

    public IReadOnlyList<RetentionPass> Passes { get; private set; } = [];

    public IReadOnlyList<RetentionPolicy> Policies { get; private set; } = [];

    public IReadOnlyList<Hold> Holds { get; private set; } = [];

    /// <summary>Holds or policies that are not shown: those of one account are, when it is asked for.</summary>
    public bool IsCut { get; private set; }

    public int Months => options.RetentionMonths;

    public string PlanAction => Account is null ? "/staff/retention?handler=Plan" : $"/staff/retention?account={Uri.EscapeDataString(Account)}&handler=Plan";

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    [Permission(PortalOperation.SeeRetention)]
    public async Task<IActionResult> OnPostPlanAsync()
    {
        var number = Given(Number);
        var problem = number is null ? await forecast.WorkOutAsync(Actor, HttpContext.RequestAborted) : await forecast.WorkOutAsync(number, Actor, HttpContext.RequestAborted);
        return number is not null && problem is null
            ? LocalRedirect($"/staff/retention?account={Uri.EscapeDataString(number)}&{DoneValue}=RetainPlanned")
            : await AfterAsync("Plan", problem, "RetainPlanned");
    }

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
        Account = number is null ? null : (await accounts.FindAsync(number, ended)).Value?.Number;
        Of = Account is null ? null : forecast.LastOf(Account);
        return null;
    }
}
