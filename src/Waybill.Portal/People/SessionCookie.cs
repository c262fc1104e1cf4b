using System.Net;
using Microsoft.AspNetCore.Http;
using Waybill.Core.People;

namespace Waybill.Portal.People;

/// <summary>The one cookie of whoever signs in: the token of the session, or the one that waits for the second factor. Each step replaces it.</summary>
internal static class SessionCookie
{
    // The browser itself takes a cookie of this name from this host over TLS alone, so that no neighbour's host plants one.
    public const string Name = "__Host-waybill";

    /// <summary>What the browser sent; anything, or nothing.</summary>
    public static string? Of(HttpContext context) => context.Request.Cookies[Name];

    /// <summary>Where the request comes from.</summary>
    public static PortalClient Client(HttpContext context) =>
        new(context.Connection.RemoteIpAddress ?? IPAddress.None, context.Request.Headers.UserAgent.ToString());

    /// <summary>Hands out a token in the place of the one before. It goes with the browser; how long it counts is the database's to say.</summary>
    public static void Set(HttpContext context, string token) => context.Response.Cookies.Append(Name, token, Options());

    public static void Remove(HttpContext context) => context.Response.Cookies.Delete(Name, Options());

    /// <summary>Somebody is signed in from now on, on this page too; a session that the browser had before ends, since nobody could end it any more.</summary>
    public static async Task EnterAsync(HttpContext context, PeopleServices people, string token)
    {
        await people.Sessions.EndAsync(Of(context), Client(context), context.RequestAborted);
        Set(context, token);
        context.Features.Set(await people.Sessions.FindAsync(token, context.RequestAborted));
    }

    // Lax: the link of a mail finds its reader signed in. Opening a page changes nothing, and whatever does is a form with a token.
    private static CookieOptions Options() => new() { Path = "/", Secure = true, HttpOnly = true, SameSite = SameSiteMode.Lax };
}
