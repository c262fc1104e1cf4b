using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.DependencyInjection;
using Waybill.Core.People;
using Waybill.Portal.Files;
using Waybill.Portal.People;

namespace Waybill.Portal.Porting;

/// <summary>
/// A form that takes a letter of authority, or a table of orders. Only for whoever may change the account's orders its body may be so large: forms are read before their token is
/// checked, and nobody else is to fill the memory by one.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class LetterUploadAttribute : Attribute, IAuthorizationFilter, IOrderedFilter, IRequestSizeLimitMetadata
{
    private static readonly FormOptions Forms = new()
    {
        ValueCountLimit = PortalLimits.FormFields,
        ValueLengthLimit = PortalLimits.Body,
        MultipartBodyLengthLimit = PortalLimits.LetterBody,

        // As for every form: nothing of it goes into a file.
        MemoryBufferThreshold = PortalLimits.LetterBody,
    };

    /// <summary>Before the check of the form's token, which is at 1000 and reads the form.</summary>
    public int Order => 800;

    public long? MaxRequestBodySize => PortalLimits.LetterBody;

    public void OnAuthorization(AuthorizationFilterContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var http = context.HttpContext;
        var account = http.Request.RouteValues[SignedInModel.AccountValue] as string;
        var mayChange = http.Features.Get<PortalSession>() is { } session && session.Person.Roles.Any(role =>
            string.Equals(role.Account, account, StringComparison.OrdinalIgnoreCase) && PortalPermissions.Allows(PortalOperation.ChangeOwnPorting, role.Role));
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = mayChange ? PortalLimits.LetterBody : PortalLimits.Body;
        }

        // Few at once: each is in memory as a whole.
        if (mayChange && HttpMethods.IsPost(http.Request.Method) && http.Request.ContentLength is not <= PortalLimits.Body)
        {
            if (http.RequestServices.GetRequiredService<UploadRoom>().TryTake() is not { } turn)
            {
                http.Response.Headers.RetryAfter = "10";
                context.Result = new StatusCodeResult(StatusCodes.Status503ServiceUnavailable);
                return;
            }

            http.Response.RegisterForDispose(turn);
        }

        if (mayChange)
        {
            http.Features.Set<IFormFeature>(new FormFeature(http.Request, Forms));
        }
        else if (http.Request.ContentLength > PortalLimits.Body)
        {
            context.Result = new StatusCodeResult(StatusCodes.Status413PayloadTooLarge);
        }
    }
}
