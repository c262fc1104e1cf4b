using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Waybill.Core;
using Waybill.Core.Onboarding;
using Waybill.Portal.Links;
using Waybill.Portal.People;
using Waybill.Portal.Requests;

namespace Waybill.Portal.Pages.Links;

/// <summary>Behind the link of a confirmation. Mail scanners open links: only the button says that the address is the person's.</summary>
internal sealed class RequestConfirmModel(OnboardingService onboarding) : PageModel
{
    public AccessRequest Found { get; private set; } = null!;

    public string Address { get; private set; } = "";

    public bool IsDone { get; private set; }

    /// <summary>Why it cannot be taken now; null for nothing.</summary>
    public string? Refusal { get; private set; }

    public async Task<IActionResult> OnGetAsync(string token)
    {
        if (await onboarding.FindForConfirmationAsync(token, HttpContext.RequestAborted) is not { State: RequestState.Unconfirmed } request)
        {
            return NotFound();
        }

        (Found, Address) = (request, LinkRouting.PathOf(token));
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string token)
    {
        var confirmed = await onboarding.ConfirmEmailAsync(token, RequestPage.AddressOf(HttpContext), HttpContext.RequestAborted);
        if (confirmed.Problem is { Kind: ProblemKind.LimitReached } full)
        {
            (Refusal, Response.StatusCode) = (BrowserWords.Of(full.Message), StatusCodes.Status429TooManyRequests);
            return await OnGetAsync(token);
        }

        if (!confirmed.Succeeded)
        {
            return confirmed.Problem.Kind == ProblemKind.NotFound ? NotFound() : StatusCode(StatusCodes.Status503ServiceUnavailable);
        }

        (Found, IsDone) = (confirmed.Value, true);
        return Page();
    }
}
