using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Waybill.Core.People;

namespace Waybill.Portal.Requests;

/// <summary>
/// A form that takes a whole mail. Only for whoever may decide requests its body may be so large: forms are read before their token is checked, and nobody else is
/// to fill the memory by one.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class MailUploadAttribute : Attribute, IAuthorizationFilter, IOrderedFilter, IRequestSizeLimitMetadata
{
    private static readonly FormOptions Forms = new()
    {
        ValueCountLimit = PortalLimits.FormFields,
        ValueLengthLimit = PortalLimits.Body,
        MultipartBodyLengthLimit = PortalLimits.MailBody,

        // As for every form: nothing of it goes into a file.
        MemoryBufferThreshold = PortalLimits.MailBody,
    };

    /// <summary>Before the check of the form's token, which is at 1000 and reads the form.</summary>
    public int Order => 800;

    public long? MaxRequestBodySize => PortalLimits.MailBody;

    public void OnAuthorization(AuthorizationFilterContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var http = context.HttpContext;
        var mayDecide = http.Features.Get<PortalSession>() is { } session && PortalAccess.Check(session, PortalOperation.DecideRequests).Succeeded;
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = mayDecide ? PortalLimits.MailBody : PortalLimits.Body;
        }

        if (mayDecide)
        {
            http.Features.Set<IFormFeature>(new FormFeature(http.Request, Forms));
        }
        else if (http.Request.ContentLength > PortalLimits.Body)
        {
            context.Result = new StatusCodeResult(StatusCodes.Status413PayloadTooLarge);
        }
    }
}
