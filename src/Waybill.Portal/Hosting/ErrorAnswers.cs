using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Waybill.Portal.Api;

namespace Waybill.Portal.Hosting;

/// <summary>What is said when something cannot be done: a page to people, problem+json (RFC 9457) to programs under /v1. Never a stack trace.</summary>
internal static class ErrorAnswers
{
    public const string PagePath = "/problem";

    public const string ApiPrefix = "/v1";

    public static bool IsApi(HttpContext context) => context.Request.Path.StartsWithSegments(ApiPrefix, StringComparison.OrdinalIgnoreCase);

    /// <summary>An answer that has a status of an error and nothing to say for itself.</summary>
    public static async Task ExplainAsync(StatusCodeContext status)
    {
        var context = status.HttpContext;
        if (IsApi(context))
        {
            await ApiPipeline.WriteAsync(context, ApiProblem.Of(context.Response.StatusCode));
            return;
        }

        // The page of the status, in place of what was asked for; the address in the browser stays.
        var request = context.Request;
        var (path, query) = (request.Path, request.QueryString);
        context.Features.Set<IStatusCodeReExecuteFeature>(new StatusCodeReExecuteFeature
        {
            OriginalPath = path.Value!,
            OriginalPathBase = request.PathBase.Value!,
            OriginalQueryString = query.Value,
        });
        context.SetEndpoint(null);
        context.Features.Get<Microsoft.AspNetCore.Http.Features.IRouteValuesFeature>()?.RouteValues.Clear();
        (request.Path, request.QueryString) = (PagePath, QueryString.Empty);

        // A form that was refused is not the page's.
        request.Method = HttpMethods.IsHead(request.Method) ? request.Method : HttpMethods.Get;
        try
        {
            await status.Next(context);
        }
        finally
        {
            (request.Path, request.QueryString) = (path, query);
        }
    }

    /// <summary>Something failed inside; the log has it.</summary>
    public static Task FailAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        return Task.CompletedTask;
    }
}
