using System.Globalization;
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
    /// <summary>What was sent; null before. Shown in the answer to the form, since its link is in no page afterwards.</summary>
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

    public void OnGet(string? account) => Asked = new NewInvitation(account ?? "", "");

    [Permission(PortalOperation.DecideRequests)]
    public async Task OnPostAsync(string? account, string? email, string? name, string? phone, string? userName, string[] feeds, string[] fileTypes, string? days)
    {
        (Name, Days) = (name, days);
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
}
