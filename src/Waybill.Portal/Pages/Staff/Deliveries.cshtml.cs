using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.Accounts;
using Waybill.Core.Arrivals;
using Waybill.Core.People;
using Waybill.Core.Vaults;
using Waybill.Portal.People;
using Waybill.Storage.Quotas;

namespace Waybill.Portal.Pages.Staff;

/// <summary>What files of an account must be like when they arrive, and where the account may remove what it fetched.</summary>
[Permission(PortalOperation.SeeFeeds)]
internal sealed class DeliveriesModel(AccountService accounts, ArrivalRules rules, CollectRights rights, IStringLocalizer<StaffTexts> words) : FormModel
{
    [FromRoute]
    public string Number { get; set; } = "";

    public Account Account { get; private set; } = null!;

    public IReadOnlyList<ArrivalRule> Rules { get; private set; } = [];

    public IReadOnlyList<CollectRight> Rights { get; private set; } = [];

    public static string PathOf(string account) => AccountsModel.PathOf(account) + "/deliveries";

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    [Permission(PortalOperation.ChangeFeeds)]
    public async Task<IActionResult> OnPostRuleAsync(string? folder, string? pattern, string? smallest, string? largest, string? header, string? columns)
    {
        if (!IsSize(smallest, out var least) || !IsSize(largest, out var most))
        {
            return await AfterAsync("Rule", new Problem(ProblemKind.Invalid, words["RuleSizeWrong"].Value), "");
        }

        if (!IsCount(columns, out var count))
        {
            return await AfterAsync("Rule", new Problem(ProblemKind.Invalid, words["RuleColumnsWrong"].Value), "");
        }

        var set = await rules.SetAsync(
            new ArrivalRule(Number, folder?.Trim() ?? "", pattern?.Trim() ?? "*") { Smallest = least, Largest = most, Header = header, Columns = count }, Actor, HttpContext.RequestAborted);
        return await AfterAsync("Rule", set.Problem, "RuleSet");
    }

    [Permission(PortalOperation.ChangeFeeds)]
    public async Task<IActionResult> OnPostUnruleAsync(string? folder, string? pattern) =>
        await AfterAsync("Unrule", (await rules.RemoveAsync(Number, folder ?? "", pattern ?? "", Actor, HttpContext.RequestAborted)).Problem, "RuleRemoved");

    [Permission(PortalOperation.ChangeFeeds)]
    public async Task<IActionResult> OnPostCollectAsync(string? folder, string? login) =>
        await AfterAsync("Collect", (await rights.GrantAsync(new CollectRight(Number, login?.Trim(), folder?.Trim() ?? ""), Actor, HttpContext.RequestAborted)).Problem, "CollectGranted");

    [Permission(PortalOperation.ChangeFeeds)]
    public async Task<IActionResult> OnPostUncollectAsync(string? folder, string? login) =>
        await AfterAsync("Uncollect", (await rights.RevokeAsync(new CollectRight(Number, login, folder ?? ""), Actor, HttpContext.RequestAborted)).Problem, "CollectRevoked");

    protected override async Task<Problem?> LoadAsync()
    {
        var found = await accounts.FindAsync(Number, HttpContext.RequestAborted);
        if (!found.Succeeded)
        {
            return found.Problem;
        }

        Account = found.Value;
        Rules = (await rules.ListAsync(Number, HttpContext.RequestAborted)).Value ?? [];
        Rights = (await rights.ListAsync(Number, HttpContext.RequestAborted)).Value ?? [];
        return null;
    }

    private static bool IsSize(string? text, out long? size)
    {
        size = text is not null && SizeWords.TryParse(text, out var bytes) ? bytes : null;
        return text is null || size is not null;
    }

    private static bool IsCount(string? text, out int? count)
    {
        count = text is not null && int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        return text is null || count is not null;
    }
}
