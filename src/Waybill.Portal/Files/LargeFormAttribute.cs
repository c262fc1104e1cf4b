using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.DependencyInjection;
using Waybill.Core.People;

namespace Waybill.Portal.Files;

/// <summary>
/// A form that takes a file into memory. Only for whoever may send it its body may be so large, and few at once: forms are read before their token is checked, and nobody else
/// is to fill the memory by one.
/// </summary>
/// <param name="largest">Bytes of its body.</param>
internal abstract class LargeFormAttribute(int largest) : Attribute, IAuthorizationFilter, IOrderedFilter, IRequestSizeLimitMetadata
{
    private readonly FormOptions _forms = new()
    {
        ValueCountLimit = PortalLimits.FormFields,
        ValueLengthLimit = PortalLimits.Body,
        MultipartBodyLengthLimit = largest,

        // As for every form: nothing of it goes into a file.
        MemoryBufferThreshold = largest,
    };

    /// <summary>Before the check of the form's token, which is at 1000 and reads the form.</summary>
    public int Order => 800;

    public long? MaxRequestBodySize => largest;

    public void OnAuthorization(AuthorizationFilterContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var http = context.HttpContext;
        var maySend = http.Features.Get<PortalSession>() is { } session && MaySend(session, http.Request);
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = maySend ? largest : PortalLimits.Body;
        }

        if (!maySend)
        {
            context.Result = http.Request.ContentLength > PortalLimits.Body ? new StatusCodeResult(StatusCodes.Status413PayloadTooLarge) : null;
            return;
        }

        // Few at once: each is in memory as a whole.
        if (HttpMethods.IsPost(http.Request.Method) && http.Request.ContentLength is not <= PortalLimits.Body)
        {
            if (http.RequestServices.GetRequiredService<UploadRoom>().TryTake() is not { } turn)
            {
                http.Response.Headers.RetryAfter = "10";
                context.Result = new StatusCodeResult(StatusCodes.Status503ServiceUnavailable);
                return;
            }

            http.Response.RegisterForDispose(turn);
        }

        http.Features.Set<IFormFeature>(new FormFeature(http.Request, _forms));
    }

    /// <summary>Whether whoever is signed in may send it.</summary>
    protected abstract bool MaySend(PortalSession session, HttpRequest request);
}
