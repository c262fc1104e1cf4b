using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core.Feeds;
using Waybill.Core.Onboarding;
using Waybill.Portal.Links;
using Waybill.Portal.Requests;

namespace Waybill.Portal.Pages.Links;

/// <summary>Behind the link of an invitation: the form for an account that is known, filled in. It is for one request.</summary>
internal sealed class RequestInvitationModel(OnboardingService onboarding, FeedTypes types, IStringLocalizer<Texts> words) : RequestPage(onboarding, types, words)
{
    public string? Company { get; private set; }

    public string? Account { get; private set; }

    public async Task<IActionResult> OnGetAsync(string token)
    {
        Form = await FindAsync(token);
        return Form is null ? NotFound() : Page();
    }

    public async Task<IActionResult> OnPostAsync(string token) => await FindAsync(token) is { } view
        ? await TakeAsync(view, (form, address) => Onboarding.SubmitAsync(form, address, token))
        : NotFound();

    private async Task<RequestFormView?> FindAsync(string token)
    {
        if (await Onboarding.FindInvitationAsync(token, HttpContext.RequestAborted) is not { } invitation)
        {
            return null;
        }

        (Company, Account) = (invitation.Details.Company, invitation.Details.Account);
        return View(LinkRouting.PathOf(token), invitation.Details) with { IsAccountFixed = true };
    }
}
