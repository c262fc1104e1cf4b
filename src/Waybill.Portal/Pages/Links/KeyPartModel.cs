using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Waybill.Core;
using Waybill.Core.Keys.Handover;
using Waybill.Portal.Links;

namespace Waybill.Portal.Pages.Links;

/// <summary>
/// Behind the two links of a handed-over key. Mail scanners open links and send the forms that they find: only the code, which no mail holds, brings anything, and a form
/// without one costs no try.
/// </summary>
internal abstract class KeyPartModel(KeyHandovers handovers, HandoverPart part, PortalOptions options) : PageModel
{
    public HandoverOffer Offer { get; private set; } = null!;

    public string Address { get; private set; } = "";

    /// <summary>The text beside the field; null when nothing is wrong.</summary>
    public string? Error { get; private set; }

    /// <summary>The last wrong code was typed.</summary>
    public bool IsLocked => Offer.TriesLeft == 0;

    /// <summary>It is there and cannot be opened, as after a restore.</summary>
    public bool IsLost { get; private set; }

    public string Until => TimeZoneInfo.ConvertTime(Offer.Expires, options.Zone).ToString("yyyy-MM-dd HH:mm zzz", System.Globalization.CultureInfo.InvariantCulture);

    public abstract string ButtonText { get; }

    public PortalOptions Options => options;

    public async Task<IActionResult> OnGetAsync([FromRoute] string token)
    {
        if (!await LookAsync(token))
        {
            return NotFound();
        }

        _ = Attempt(token);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync([FromRoute] string token, [FromForm] string? code)
    {
        if (!await LookAsync(token))
        {
            return NotFound();
        }

        if (IsLocked)
        {
            return Page();
        }

        if (ShapeError(code) is { } error)
        {
            return Refuse(error);
        }

        var address = HttpContext.Connection.RemoteIpAddress;
        var taken = await handovers.TakeAsync(
            token, code, Attempt(token), (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString(), HttpContext.RequestAborted);
        if (taken.Succeeded)
        {
            using var parcel = taken.Value;
            return await HandOverAsync(parcel);
        }

        // Counted meanwhile, here or by somebody else.
        if (!await LookAsync(token))
        {
            return NotFound();
        }

        if (taken.Problem.Kind is ProblemKind.Refused or ProblemKind.NotFound)
        {
            return Refuse("KeyCodeWrong");
        }

        IsLost = true;
        Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return Page();
    }

    /// <summary>Gives it to the browser. The parcel is wiped afterwards.</summary>
    protected abstract Task<IActionResult> HandOverAsync(HandoverParcel parcel);

    private static string? ShapeError(string? code) =>
        string.IsNullOrWhiteSpace(code) ? "KeyCodeMissing"
        : code.Length > HandoverLimits.TypedCode || code.Count(char.IsAsciiDigit) != HandoverLimits.CodeDigits ? "KeyCodeShape"
        : null;

    /// <summary>A cookie for each link: a browser may hold both halves of a key, or the keys of several logins, and each is repeated by itself.</summary>
    private static string CookieOf(string token) => "__Host-waybill-key-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)).AsSpan(0, 8));

    private PageResult Refuse(string error)
    {
        Error = error;
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }

    private async Task<bool> LookAsync(string token)
    {
        if (await handovers.FindAsync(token, Request.Cookies[CookieOf(token)], HttpContext.RequestAborted) is not { } offer || offer.Part != part)
        {
            return false;
        }

        (Offer, Address) = (offer, LinkRouting.PathOf(token));
        return true;
    }

    /// <summary>What this browser is known by when it repeats a download that broke off.</summary>
    private string Attempt(string token)
    {
        var name = CookieOf(token);
        if (Request.Cookies[name] is { Length: KeyHandovers.AttemptLength } kept)
        {
            return kept;
        }

        var made = KeyHandovers.NewAttempt();
        Response.Cookies.Append(name, made, new CookieOptions
        {
            Path = "/",
            Secure = true,
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Expires = Offer.Expires + HandoverLimits.Repeat,
        });
        return made;
    }
}
