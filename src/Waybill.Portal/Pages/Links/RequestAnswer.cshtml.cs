using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core.Feeds;
using Waybill.Core.Onboarding;
using Waybill.Portal.Links;
using Waybill.Portal.Requests;

namespace Waybill.Portal.Pages.Links;

/// <summary>Behind the link of a question: what is asked, and the form filled in with what is known. It takes one answer.</summary>
internal sealed class RequestAnswerModel(OnboardingService onboarding, FeedTypes types, IStringLocalizer<Texts> words) : RequestPage(onboarding, types, words)
{
    public string Reference { get; private set; } = "";

    public string? Question { get; private set; }

    public async Task<IActionResult> OnGetAsync(string token)
    {
        Form = await FindAsync(token);
        return Form is null ? NotFound() : Page();
    }

    public async Task<IActionResult> OnPostAsync(string token) => await FindAsync(token) is { } view
        ? await TakeAsync(view with { Problems = [] }, (form, address) => Onboarding.AnswerAsync(token, form, address))
        : NotFound();

    private async Task<RequestFormView?> FindAsync(string token)
    {
        if (await Onboarding.FindForAnswerAsync(token, HttpContext.RequestAborted) is not { } answer)
        {
            return null;
        }

        var isKey = answer.Request.Kind == RequestKind.Key;
        (Reference, Question) = (answer.Request.Reference, answer.Question);
        return View(LinkRouting.PathOf(token), answer.Request.Details) with
        {
            Known = answer.Request.Key, Problems = answer.Missing, IsEmailFixed = answer.Request.Details.Email is not null, IsAccountFixed = isKey, IsKeyOnly = isKey,
        };
    }
}
