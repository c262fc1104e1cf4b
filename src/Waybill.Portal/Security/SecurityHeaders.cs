using Microsoft.AspNetCore.Http;

namespace Waybill.Portal.Security;

/// <summary>Headers of every answer, errors too. Pages have no script or style of their own in them, so the policy needs no exception.</summary>
internal static class SecurityHeaders
{
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    /// <summary>Of an answer that holds what somebody else made: whatever it is, it does nothing here.</summary>
    public const string Sandbox = "default-src 'none'; sandbox";

    private static readonly (string Name, string Value)[] All =
    [
        ("Content-Security-Policy", ContentSecurityPolicy),
        ("Strict-Transport-Security", "max-age=31536000"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),

        // A secret link stands in the address: no other site may learn it.
        ("Referrer-Policy", "same-origin"),
        ("Permissions-Policy", "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=(), browsing-topics=()"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),

        // What stands behind a secret link is nothing for search engines, and the rest is in no hurry to be found.
        ("X-Robots-Tag", "noindex, nofollow"),
    ];

    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        // At the very start of the answer: an error page begins anew and clears what was set before.
        context.Response.OnStarting(static state =>
        {
            var headers = ((HttpResponse)state).Headers;
            var isSandboxed = headers.ContentSecurityPolicy == Sandbox;
            foreach (var (name, value) in All)
            {
                headers[name] = value;
            }

            if (isSandboxed)
            {
                headers.ContentSecurityPolicy = Sandbox;
            }

            if (headers.CacheControl.Count == 0)
            {
                headers.CacheControl = "no-store";
            }

            return Task.CompletedTask;
        }, context.Response);
        return next(context);
    }
}
