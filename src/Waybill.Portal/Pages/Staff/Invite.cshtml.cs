using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.Feeds;
using Waybill.Core.Onboarding;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>Invites somebody to ask for access to an account: a link to the form, filled in.</summary>
[Permission(PortalOperation.DecideRequests)]
internal sealed class InviteModel(OnboardingService onboarding, FeedTypes types, Answers answers, IStringLocalizer<StaffTexts> words) : SignedInModel
{
    /// <summary>What was sent; null before.</summary>
    public Core.Onboarding.Invitation? Sent { get; private set; }

    public string? Refusal { get; private set; }

    public string? AccountError { get; private set; }

    public string? EmailError { get; private set; }

    public string? DaysError { get; private set; }

    public NewInvitation Asked { get; private set; } = new("", "");

    public string? Name { get; private set; }

    public string? Days { get; private set; }

    public FeedTypes Types => types;

    public IEnumerable<string> FileTypes => types.All.SelectMany(static type => type.FileTypes).Distinct(StringComparer.Ordinal);

    /// <summary>Those that wait for an answer.</summary>
    public IReadOnlyList<WaitingInvitation> Waiting { get; private set; } = [];

    public string? More { get; private set; }

    public Task OnGetAsync(string? account, string? after)
    {
        Asked = new NewInvitation(account ?? "", "");
        return ListAsync(after);
    }

    [Permission(PortalOperation.DecideRequests)]
    public async Task<IActionResult> OnPostWithdrawAsync(long id)
    {
        var withdrawn = await onboarding.WithdrawAsync(id, Actor);
        if (withdrawn.Succeeded)
        {
            return Done("InviteWithdrawn");
        }

        Refusal = words["InviteGone"];
        await ListAsync(after: null);
        return Page();
    }

    [Permission(PortalOperation.DecideRequests)]
    public async Task OnPostAsync(string? account, string? email, string? name, string? phone, string? userName, string[] feeds, string[] fileTypes, string? days)
    {
        (Name, Days) = (name, days);
        await TakeAsync(account, email, name, phone, userName, feeds, fileTypes, days);
        await ListAsync(after: null);
    }

    private async Task TakeAsync(string? account, string? email, string? name, string? phone, string? userName, string[] feeds, string[] fileTypes, string? days)
    {
        var names = new RequestDetails().Named(Given(name));
        Asked = new NewInvitation(account?.Trim() ?? "", email?.Trim() ?? "")
        {
            FirstName = names.FirstName, LastName = names.LastName, Phone = phone, UserName = userName, Feeds = feeds, FileTypes = fileTypes,
        };
        AccountError = Asked.Account.Length == 0 ? words["InviteAccountMissing"].Value : null;
        EmailError = Asked.Email.Length == 0 ? words["InviteEmailMissing"].Value : null;
        if (!string.IsNullOrWhiteSpace(days))
        {
            DaysError = int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and < 1_000 ? null : words["InviteDaysWrong"].Value;
            Asked = Asked with { Lifetime = TimeSpan.FromDays(count) };
        }

        if (AccountError is not null || EmailError is not null || DaysError is not null)
        {
            return;
        }

        var sent = await onboarding.InviteAsync(Asked, Actor);
        Sent = sent.Value;
        if (sent.Problem is { Kind: ProblemKind.NotFound })
        {
            AccountError = words["InviteAccountUnknown"].Value;
        }
        else if (sent.Problem is { } problem)
        {
            Refusal = answers.Of(problem);
        }
    }

    private async Task ListAsync(string? after)
    {
        var page = await onboarding.InvitationsAsync(size: PortalLimits.ListRows, before: after, cancellationToken: HttpContext.RequestAborted);
        (Waiting, More) = (page.Items, NextPage(page.Next));
    }
}
