using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.DependencyInjection;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages;

/// <summary>A page on which somebody changes how they sign in: who has not shown the second factor a short while ago does so first.</summary>
internal abstract class OwnCredentialModel(PeopleServices people) : SignedInModel
{
    protected CredentialService Credentials => people.Credentials;

    protected string? Token => SessionCookie.Of(HttpContext);

    protected PortalClient Client => SessionCookie.Client(HttpContext);

    public override Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (HttpContext.Features.Get<PortalSession>() is { } session && !session.IsConfirmed(HttpContext.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow()))
        {
            context.Result = new LocalRedirectResult(HomeConfirmModel.PathFor(Request.Path));
            return Task.CompletedTask;
        }

        return base.OnPageHandlerExecutionAsync(context, next);
    }
}
