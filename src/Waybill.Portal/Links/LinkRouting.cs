using Microsoft.AspNetCore.Http;
using Waybill.Core.Links;

namespace Waybill.Portal.Links;

/// <summary>
/// Secret links are all of the form <c>/l/TOKEN</c>, whatever they are for; the page for a purpose lies at <c>/links/PURPOSE/TOKEN</c>, which nobody reaches by
/// that address. A token that opens nothing has no page: 404, as any other wrong address.
/// </summary>
internal sealed class LinkRouting(SecretLinks links)
{
    private const string Public = "/l/";
    private const string Inner = "/links";

    private static readonly string[] _repeatable = ["key-file", "key-passphrase"];

    /// <summary>The path of a link.</summary>
    public static string PathOf(string token) => Public + token;

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path;
        if (path.StartsWithSegments(Inner, StringComparison.OrdinalIgnoreCase))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (path.Value is { } value && value.StartsWith(Public, StringComparison.Ordinal))
        {
            // A page may have files below it.
            var (token, file) = value.IndexOf('/', Public.Length) is > 0 and var slash ? (value[Public.Length..slash], value[slash..]) : (value[Public.Length..], "");
            if ((await links.FindAsync(token, context.RequestAborted) ?? await FindRepeatableAsync(token, context.RequestAborted)) is not { } link)
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
            }

            context.Request.Path = $"{Inner}/{link.Purpose}/{token}{file}";
        }

        await next(context);
    }

    /// <summary>A key that broke off on its way is fetched again by a link that is used up; the page lets the browser do so that had fetched it.</summary>
    private async ValueTask<SecretLink?> FindRepeatableAsync(string token, CancellationToken cancellationToken) =>
        await links.FindUsedAsync(token, cancellationToken) is { } used && _repeatable.Contains(used.Purpose) ? used : null;
}
