using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.Accounts;
using Waybill.Core.Expectations;
using Waybill.Core.Feeds;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>Feeds, what accounts want of them, and what they are to be sent.</summary>
[Permission(PortalOperation.SeeFeeds)]
internal sealed class FeedsModel(
    FeedTypes types, SubscriptionService subscriptions, ExpectationService expectations, AccountService accounts, PortalOptions options, IStringLocalizer<StaffTexts> words) : FormModel
{
    /// <summary>The account whose subscriptions are shown; null for the expectations of all.</summary>
    [FromQuery(Name = "account")]
    public string? Number { get; set; }

    public Account? Account { get; private set; }

    public IReadOnlyList<FeedType> Types => types.All;

    public IEnumerable<string> FileTypes => types.All.SelectMany(static type => type.FileTypes).Distinct();

    public IReadOnlyList<Subscription> Subscriptions { get; private set; } = [];

    public IReadOnlyList<Expectation> Expectations { get; private set; } = [];

    /// <summary>There is no such account.</summary>
    public bool IsUnknown { get; private set; }

    public string? More { get; private set; }

    public static string PathOf(string account) => $"/staff/feeds?account={Uri.EscapeDataString(account)}";

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    [Permission(PortalOperation.ChangeFeeds)]
    public async Task<IActionResult> OnPostSubscribeAsync(string[] feeds, string[] fileTypes) =>
        await ToAccountAsync("Subscribe", (await subscriptions.SetAsync(Number ?? "", feeds, fileTypes, Actor, HttpContext.RequestAborted)).Problem, "Subscribed");

    [Permission(PortalOperation.ChangeFeeds)]
    public async Task<IActionResult> OnPostExpectAsync(string? feed, string? folder, string? pattern, string? by, string? days, int? unfetched)
    {
        var until = TimeOnly.TryParseExact(by, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : (TimeOnly?)null;
        var weekdays = WeekdayWords.Parse(days ?? "daily");
        if (by is not null && until is null)
        {
            return await AfterAsync("Expect", new Problem(ProblemKind.Invalid, words["ExpectTimeWrong"].Value), "");
        }

        var problem = weekdays.Problem ?? (await expectations.SetAsync(
            new NewExpectation(Number ?? "", feed ?? "")
            {
                Folder = folder?.Trim(), Pattern = pattern?.Trim() ?? "*", By = until, Days = weekdays.Value, UnfetchedDays = unfetched,
            },
            options.Zone, Actor, HttpContext.RequestAborted)).Problem;
        return await ToAccountAsync("Expect", problem, "Expected");
    }

    [Permission(PortalOperation.ChangeFeeds)]
    public async Task<IActionResult> OnPostRemoveAsync(long id) =>
        await ToAccountAsync("Remove", (await expectations.RemoveAsync(id, Actor, HttpContext.RequestAborted)).Problem, "ExpectationRemoved");

    protected override async Task<Problem?> LoadAsync()
    {
        var ended = HttpContext.RequestAborted;
        var found = string.IsNullOrWhiteSpace(Number) ? null : (await accounts.FindAsync(Number.Trim(), ended)).Value;
        (Account, IsUnknown) = (found, found is null && !string.IsNullOrWhiteSpace(Number));
        var page = await expectations.ListAsync(found?.Number, PortalLimits.ListRows, Request.Query["after"], ended);
        (Expectations, More) = IsUnknown ? ([], null) : (page.Items, NextPage(page.Next));
        if (found is not null)
        {
            // All of them: what is checked in the form is what is set. There are no more than feeds have file types.
            Subscriptions = (await subscriptions.ListAsync(found.Number, Page<Subscription>.MaximumSize, null, ended)).Items;
        }

        return null;
    }

    /// <summary>Back to the account whose form it was.</summary>
    private async Task<IActionResult> ToAccountAsync(string form, Problem? problem, string word) => problem is not null ? await AfterAsync(form, problem, word)
        : Number is null ? Done(word) : LocalRedirect($"{PathOf(Number)}&{DoneValue}={word}");
}
