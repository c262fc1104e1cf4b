using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Waybill.Portal.Pages;

/// <summary>Light, dark, or as the device has it: a cookie, set by a form, so that it works without script and pages never flash.</summary>
internal sealed class ThemeModel : PageModel
{
    public const string Cookie = "waybill-theme";

    private const string Device = "auto";

    private static readonly TimeSpan Kept = TimeSpan.FromDays(365);

    public static IReadOnlyList<string> All { get; } = [Device, "light", "dark"];

    public static string Of(HttpRequest request) => request.Cookies[Cookie] is { } theme && All.Contains(theme) ? theme : Device;

    /// <summary>The address that the browser shows, which behind secret links and errors is not the page's.</summary>
    public static string BackTo(HttpContext context) =>
        context.Features.Get<IStatusCodeReExecuteFeature>() is null && context.Features.Get<IHttpRequestFeature>()?.RawTarget is ['/', ..] target ? target : "/";

    public IActionResult OnGet() => NotFound();

    public IActionResult OnPost(string? theme, string? back)
    {
        if (theme is null || !All.Contains(theme))
        {
            return BadRequest();
        }

        Response.Cookies.Append(Cookie, theme, new CookieOptions
        {
            Path = "/",
            Secure = true,
            SameSite = SameSiteMode.Lax,
            MaxAge = Kept,

            // The script that switches without a new page reads nothing, and writes the same cookie by this form.
            HttpOnly = true,
        });
        return LocalRedirect(back is not null && Url.IsLocalUrl(back) ? back : "/");
    }
}
