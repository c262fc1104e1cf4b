using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core.Feeds;
using Waybill.Core.Onboarding;
using Waybill.Portal.Requests;

namespace Waybill.Portal.Pages;

/// <summary>The public form. Its answer is the same whoever is known: whether there is an account, a login or an address is not to be learnt here.</summary>
internal sealed class RequestModel(OnboardingService onboarding, FeedTypes types, IStringLocalizer<Texts> words) : RequestPage(onboarding, types, words)
{
    private const string Path = "/request";

    public void OnGet() => Form = View(Path, new RequestDetails());

    public Task<IActionResult> OnPostAsync() => TakeAsync(View(Path, new RequestDetails()), (form, address) => Onboarding.SubmitAsync(form, address));
}
