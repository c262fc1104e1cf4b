using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Waybill.Core.People;

namespace Waybill.Portal.People;

/// <summary>A page for people who are signed in: others are led to sign in, and back. What the person may do the page asks <see cref="PortalAccess"/>.</summary>
internal abstract class SignedInModel : PageModel
{
    /// <summary>The session of whoever looks at the page.</summary>
    public PortalSession Session { get; private set; } = null!;

    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (HttpContext.Features.Get<PortalSession>() is { } session)
        {
            Session = session;
            return;
        }

        // Back to the page, not to what its form did: that is for its reader to press again.
        context.Result = new RedirectResult(BackPath.With("/sign-in", Request.Path + (HttpMethods.IsGet(Request.Method) ? Request.QueryString : QueryString.Empty)));
    }
}
