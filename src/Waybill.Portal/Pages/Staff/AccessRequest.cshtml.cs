using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.Keys;
using Waybill.Core.Onboarding;
using Waybill.Core.People;
using Waybill.Core.Vaults;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>A request with all that is needed to decide it, and the forms that do: the same service as the commands, so that an approval here makes the same login and sends the same mail.</summary>
[Permission(PortalOperation.SeeRequests)]
internal sealed class AccessRequestModel(OnboardingService onboarding, BurntKeys burnt, VaultDirectories folders, Answers answers, IStringLocalizer<StaffTexts> words) : SignedInModel
{
    public RequestView View { get; private set; } = null!;

    public AccessRequest Asked => View.Request;

    /// <summary>What stands against what was just tried; null for nothing.</summary>
    public string? Refusal { get; private set; }

    /// <summary>The form whose field is wrong or missing, so that it is open; null for none.</summary>
    public string? Form { get; private set; }

    /// <summary>What stands in the form of the approval.</summary>
    public Approval Approval { get; private set; } = new();

    /// <summary>The words of the other form that was sent.</summary>
    public string? Words { get; private set; }

    /// <summary>What is wrong with a field of <see cref="Form"/>.</summary>
    public string? Missing { get; private set; }

    public bool MayDecide => May(PortalOperation.DecideRequests);

    public string Action(string handler) => $"/staff/requests/{Asked.Reference}?handler={handler}";

    public Task<IActionResult> OnGetAsync([FromRoute] string reference) => ShowAsync(reference);

    [Permission(PortalOperation.DecideRequests)]
    public async Task<IActionResult> OnPostApproveAsync(
        [FromRoute] string reference, string? account, string? userName, string? start, string? label, string? verified, bool revokeOthers, long? seen)
    {
        (Form, Approval) = ("Approve", new Approval
        {
            Account = Given(account), UserName = Given(userName), StartDirectory = Given(start), Label = Given(label), Verified = Given(verified), RevokeOthers = revokeOthers,
            Seen = seen is null ? null : DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(seen.Value, 0, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())),
        });
        var shown = await ShowAsync(reference);
        if (View is null)
        {
            return shown;
        }

        if (View.NeedsVerification && Approval.Verified is null && Asked is { IsUndecided: true, Verified: null })
        {
            Missing = words["RequestVerifyMissing"];
            return Page();
        }

        // Ended by nobody who goes away: the folders belong to what was committed.
        var decided = await onboarding.ApproveAsync(reference, Approval, Actor);
        if (!decided.Succeeded)
        {
            return await RefusedAsync(reference, decided.Problem);
        }

        if (decided.Value.Login is not { } login)
        {
            return Done("RequestApprovedOnce");
        }

        return folders.Ensure(login) is { Succeeded: false } broken ? await RefusedAsync(reference, broken.Problem)
            : Done(decided.Value switch
            {
                { Request.Kind: RequestKind.Key } => "RequestKeyReplaced",
                { SubscriptionNote: not null } => "RequestApprovedWithoutFeeds",
                _ => "RequestApproved",
            });
    }

    [Permission(PortalOperation.DecideRequests)]
    public Task<IActionResult> OnPostRejectAsync([FromRoute] string reference, string? reason) =>
        TellAsync(reference, "Reject", reason, "RequestReasonMissing", "RequestRejected", text => onboarding.RejectAsync(reference, text, Actor));

    [Permission(PortalOperation.DecideRequests)]
    public Task<IActionResult> OnPostAskAsync([FromRoute] string reference, string? question) =>
        TellAsync(reference, "Ask", question, "RequestQuestionMissing", "RequestAsked", text => onboarding.AskAsync(reference, text, Actor));

    /// <summary>The key is refused on every login: staff know better. It is the key that they looked at, whatever the request holds by now.</summary>
    [Permission(PortalOperation.DecideRequests)]
    public async Task<IActionResult> OnPostLiftAsync([FromRoute] string reference, string? key, string? why)
    {
        var shown = await ShowAsync(reference);
        if (View is null)
        {
            return shown;
        }

        (Form, Words) = ("Lift", why);
        if (string.IsNullOrWhiteSpace(why))
        {
            Missing = words["RequestLiftMissing"];
            return Page();
        }

        var lifted = await burnt.LiftAsync(key ?? "", why, Actor);
        return lifted.Succeeded ? Done("RequestKeyLifted") : await RefusedAsync(reference, lifted.Problem);
    }

    [Permission(PortalOperation.DecideRequests)]
    public async Task<IActionResult> OnPostReopenAsync([FromRoute] string reference) =>
        await DoneAsync(reference, "RequestReopened", await onboarding.ReopenAsync(reference, Actor));

    [Permission(PortalOperation.DecideRequests)]
    public async Task<IActionResult> OnPostResendAsync([FromRoute] string reference) =>
        await DoneAsync(reference, "RequestResent", await onboarding.ResendAsync(reference, Actor));

    private async Task<IActionResult> TellAsync(
        string reference, string form, string? text, string missing, string done, Func<string, ValueTask<Result<AccessRequest>>> tell)
    {
        (Form, Words) = (form, text);
        if (string.IsNullOrWhiteSpace(text))
        {
            Missing = words[missing];
            return await ShowAsync(reference);
        }

        return await DoneAsync(reference, done, await tell(text));
    }

    private async Task<IActionResult> DoneAsync(string reference, string done, Result<AccessRequest> changed) =>
        changed.Succeeded ? Done(done) : await RefusedAsync(reference, changed.Problem);

    private async Task<IActionResult> RefusedAsync(string reference, Problem problem)
    {
        Refusal = answers.Of(problem);
        return await ShowAsync(reference);
    }

    private async Task<IActionResult> ShowAsync(string reference)
    {
        var view = await onboarding.ShowAsync(reference, HttpContext.RequestAborted);
        if (!view.Succeeded)
        {
            return Refuse(view.Problem);
        }

        View = view.Value;
        return Page();
    }
}
