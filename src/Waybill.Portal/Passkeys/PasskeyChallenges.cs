using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Waybill.Core.People;

namespace Waybill.Portal.Passkeys;

/// <summary>
/// Challenges that browsers are to answer: each in a sealed cookie of the browser that asked, for one purpose and a short time. Core remembers the ones that were answered
/// rightly, so that an answer counts once.
/// </summary>
internal sealed class PasskeyChallenges(IDataProtectionProvider protection, AnsweredChallenges answered, TimeProvider time)
{
    // The browser itself takes it over TLS and from this host alone.
    public const string Cookie = "__Host-waybill-passkey";

    public void Hand(HttpContext context, string purpose, string state) => context.Response.Cookies.Append(
        Cookie,
        Protector(purpose).Protect(string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow().Add(PortalLimits.PasskeyChallengeTime).ToUnixTimeMilliseconds()} {state}")),
        Options());

    /// <summary>What was handed to this browser for this purpose; null for nothing, or when its time is over. Its cookie goes.</summary>
    public string? Take(HttpContext context, string purpose)
    {
        if (context.Request.Cookies[Cookie] is not { } cookie)
        {
            return null;
        }

        context.Response.Cookies.Delete(Cookie, Options());
        try
        {
            var text = Protector(purpose).Unprotect(cookie);
            var space = text.IndexOf(' ', StringComparison.Ordinal);
            return DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(text.AsSpan(0, space), CultureInfo.InvariantCulture)) > time.GetUtcNow() ? text[(space + 1)..] : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Uses it up, once its answer was found right; false when it was used before, or when there are too many to remember.</summary>
    public ValueTask<bool> UseAsync(string state) => answered.UseAsync(state, PortalLimits.PasskeyChallengeTime);

    private IDataProtector Protector(string purpose) => protection.CreateProtector("Waybill.Passkeys", purpose);

    private static CookieOptions Options() => new() { Path = "/", Secure = true, HttpOnly = true, SameSite = SameSiteMode.Strict, MaxAge = PortalLimits.PasskeyChallengeTime };
}
