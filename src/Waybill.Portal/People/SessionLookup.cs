using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.DependencyInjection;
using Waybill.Core.People;

namespace Waybill.Portal.People;

/// <summary>Who is signed in, looked up anew for every page: a session that was ended, or whose person was suspended, is over with the next click.</summary>
internal static class SessionLookup
{
    public static async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        // Pages alone: styles and monitors need no database. One of another length is no token.
        if (SessionCookie.Of(context) is { Length: SessionLimits.TokenLength } token && context.GetEndpoint()?.Metadata.GetMetadata<PageActionDescriptor>() is not null)
        {
            context.Features.Set(await context.RequestServices.GetRequiredService<PeopleServices>().Sessions.FindAsync(token, context.RequestAborted));
        }

        await next(context);
    }
}
