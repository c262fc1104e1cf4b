using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.Accounts;
using Waybill.Core.Feeds;
using Waybill.Core.Logins;
using Waybill.Core.People;
using Waybill.Core.Quotas;
using Waybill.Portal.People;
using Waybill.Storage.Quotas;

namespace Waybill.Portal.Pages.Staff;

/// <summary>One account: what it is, who and what belongs to it.</summary>
[Permission(PortalOperation.SeeAccounts)]
internal sealed class AccountPageModel(
    AccountService accounts, LoginService logins, QuotaService quotas, SubscriptionService subscriptions, PeopleServices people, PortalOptions options,
    IStringLocalizer<StaffTexts> words) : FormModel
{
    public const string AsProvider = "provider";

    [FromRoute]
    public string Number { get; set; } = "";

    public Account Account { get; private set; } = null!;

    public Page<Login> Logins { get; private set; } = null!;

    public Page<Person> People { get; private set; } = null!;

    public IReadOnlyList<Quota> Quotas { get; private set; } = [];

    /// <summary>The limits of the whole account.</summary>
    public QuotaLimits Limits => Quotas is [{ Login: null } whole, ..] ? whole.Limits : default;

    public Page<Subscription> Subscriptions { get; private set; } = null!;

    /// <summary>What the portal does with the account's files.</summary>
    public PortalFiles Files { get; private set; }

    /// <summary>What the account itself says of that; null for what the provider says of all.</summary>
    public PortalFiles? OwnFiles { get; private set; }

    /// <summary>The regions that the provider has host names for.</summary>
    public IEnumerable<string> Regions => options.Ssh.Select(static address => address.Region).OfType<string>().Distinct();

    /// <summary>What stands in a field of the form for the quota: what was sent in vain, or what holds.</summary>
    public string? QuotaField(string name, string? now) => WrongOf("Quota") is null ? now : Sent("Quota", name);

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    [Permission(PortalOperation.ChangeAccounts)]
    public async Task<IActionResult> OnPostSuspendAsync(string? reason) =>
        await AfterAsync("Suspend", (await accounts.SuspendAsync(Number, reason ?? "", Actor, HttpContext.RequestAborted)).Problem, "AccountSuspended");

    [Permission(PortalOperation.ChangeAccounts)]
    public async Task<IActionResult> OnPostResumeAsync() =>
        await AfterAsync("Resume", (await accounts.ResumeAsync(Number, Actor, HttpContext.RequestAborted)).Problem, "AccountResumed");

    [Permission(PortalOperation.CloseAccounts)]
    public async Task<IActionResult> OnPostCloseAsync(string? reason) =>
        await AfterAsync("Close", (await accounts.CloseAsync(Number, reason ?? "", Actor, HttpContext.RequestAborted)).Problem, "AccountClosed");

    [Permission(PortalOperation.ChangeAccounts)]
    public async Task<IActionResult> OnPostChangeAsync(string? name, string? email, string? language, string? zone)
    {
        var change = new AccountChange { Name = name?.Trim() ?? "", Email = email?.Trim() ?? "", Language = language?.Trim(), TimeZone = zone?.Trim() ?? "" };
        return await AfterAsync("Change", (await accounts.ChangeAsync(Number, change, Actor, HttpContext.RequestAborted)).Problem, "AccountChanged");
    }

    [Permission(PortalOperation.ChangeAccounts)]
    public async Task<IActionResult> OnPostRegionAsync(string? region) =>
        await AfterAsync("Region", (await accounts.SetRegionAsync(Number, region?.Trim(), Actor, HttpContext.RequestAborted)).Problem, "AccountRegion");

    [Permission(PortalOperation.SetPortalFiles)]
    public async Task<IActionResult> OnPostFilesAsync(string? files)
    {
        var set = PortalAccess.Parse(files);

        // Another word was typed by no one: it changes nothing, and the page shows what is so.
        return set is null && files != AsProvider
            ? await ShowAsync()
            : await AfterAsync("Files", (await people.Access.SetFilesAsync(Number, set, Actor, HttpContext.RequestAborted)).Problem, "AccountFiles");
    }

    /// <summary>The limits of the whole account; an empty field is no limit.</summary>
    [Permission(PortalOperation.ChangeQuotas)]
    public async Task<IActionResult> OnPostQuotaAsync(string? quotaBytes, string? quotaFiles)
    {
        var size = 0L;
        var count = 0L;
        if ((quotaBytes is not null && !SizeWords.TryParse(quotaBytes, out size)) || (quotaFiles is not null && !long.TryParse(quotaFiles.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out count)))
        {
            return await AfterAsync("Quota", new Problem(ProblemKind.Invalid, words["QuotaWrong"].Value), "");
        }

        var limits = new QuotaLimits(quotaBytes is null ? null : size, quotaFiles is null ? null : count);
        return await AfterAsync("Quota", (await quotas.SetForAccountAsync(Number, _ => limits, Actor, HttpContext.RequestAborted)).Problem, "QuotaSet");
    }

    /// <summary>The session goes on as a view with another token, on the account's own pages.</summary>
    [Permission(PortalOperation.ViewAsCustomer)]
    public async Task<IActionResult> OnPostViewAsync(string? reason)
    {
        var begun = await people.Sessions.BeginViewAsync(SessionCookie.Of(HttpContext), Number, reason ?? "", SessionCookie.Client(HttpContext), HttpContext.RequestAborted);
        if (!begun.Succeeded)
        {
            return await AfterAsync("View", begun.Problem, "");
        }

        SessionCookie.Set(HttpContext, begun.Value);
        return LocalRedirect($"/account/{Uri.EscapeDataString(Number)}");
    }

    protected override async Task<Problem?> LoadAsync()
    {
        var ended = HttpContext.RequestAborted;
        var found = await accounts.FindAsync(Number, ended);
        if (!found.Succeeded)
        {
            return found.Problem;
        }

        Account = found.Value;
        if (May(PortalOperation.SeeQuotas))
        {
            var quota = await quotas.OfAccountAsync(Number, ended);
            if (!quota.Succeeded)
            {
                return quota.Problem;
            }

            Quotas = quota.Value;
        }

        Logins = May(PortalOperation.SeeLogins) ? await logins.ListAsync(Account.Number, PortalLimits.ListRows, null, ended) : new([], null);
        People = May(PortalOperation.SeePeople) ? await people.People.ListAsync(new PersonQuery { Account = Account.Number, Size = PortalLimits.ListRows }, ended) : new([], null);
        Subscriptions = May(PortalOperation.SeeFeeds) ? await subscriptions.ListAsync(Account.Number, PortalLimits.ListRows, null, ended) : new([], null);
        Files = await people.Access.FilesOfAsync(Account.Number, ended);
        OwnFiles = await people.Access.OwnFilesAsync(Account.Number, ended);
        return null;
    }
}
