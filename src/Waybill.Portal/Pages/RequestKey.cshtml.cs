using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core.Feeds;
using Waybill.Core.Onboarding;
using Waybill.Portal.Requests;

namespace Waybill.Portal.Pages;

/// <summary>The public form of somebody who has a login and needs another key for it. Its answer is the same whether there is such a login or not.</summary>
internal sealed class RequestKeyModel(OnboardingService onboarding, FeedTypes types, IStringLocalizer<Texts> words) : RequestPage(onboarding, types, words)
{
    public void OnGet() => Form = Empty();

    public Task<IActionResult> OnPostAsync() => TakeAsync(Empty(), (form, address) => Onboarding.SubmitAsync(form with { IsReplacement = true }, address));

    private RequestFormView Empty() => View("/request/key", new RequestDetails()) with { IsKeyOnly = true, IsReplacement = true };
}
