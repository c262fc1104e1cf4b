using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Mvc;
using Waybill.Core.Diagnosis;
using Waybill.Core.Logins;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Customer;

/// <summary>"Connect now, we are watching": what the server sees of a login, as far as its own people may know. Without script the browser loads it again by itself.</summary>
[Permission(PortalOperation.SeeOwnConnections)]
internal sealed class ConnectionModel(AccountLogins logins, DiagnosisService diagnosis, IRunningServer server, TimeProvider time) : SignedInModel
{
    public OwnDiagnosis Found { get; private set; } = null!;

    /// <summary>Since when somebody watches; null for not.</summary>
    public DateTimeOffset? Since { get; private set; }

    /// <summary>Whether the page loads itself again.</summary>
    public bool IsWatching { get; private set; }

    public string Here => AccountPath($"/logins/{Uri.EscapeDataString(Found.Login.UserName)}/connection");

    public string Watch => Here + "?since=" + time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>The login got in since then.</summary>
    public bool IsIn => Since is { } since && Found.Login.LastLogin >= since;

    /// <summary>What came since then, or lately.</summary>
    public IEnumerable<OwnAttempt> Attempts => Found.Attempts.Where(attempt => Since is null || attempt.Time >= Since);

    /// <summary>Seconds for which this person's own source, or one of those that tried, is refused; null for none.</summary>
    public double? Refused => server.Penalties.Where(penalty => penalty.Source == SessionCookie.Client(HttpContext).Source || Found.Attempts.Any(attempt => IsFrom(attempt, penalty)))
        .Select(static penalty => (double?)penalty.SecondsLeft).Max();

    private static bool IsFrom(OwnAttempt attempt, SourcePenalty penalty) =>
        attempt.Address == penalty.Source || (IPAddress.TryParse(attempt.Address, out var address) && new PortalClient(address, null).Source == penalty.Source);

    public async Task<IActionResult> OnGetAsync(long? since)
    {
        var login = await logins.FindAsync(Access!, (string)RouteData.Values["login"]!, HttpContext.RequestAborted);
        if (!login.Succeeded)
        {
            return Refuse(login.Problem);
        }

        var found = await diagnosis.ExplainOwnAsync(login.Value, SessionCookie.Client(HttpContext).Address, HttpContext.RequestAborted);
        if (!found.Succeeded)
        {
            return Refuse(found.Problem);
        }

        Found = found.Value;
        if (since is > 0 and < 253_402_300_799)
        {
            var now = time.GetUtcNow();
            Since = DateTimeOffset.FromUnixTimeSeconds(since.Value);
            IsWatching = Since <= now && now - Since < PortalLimits.Watching && !IsIn;
            if (IsWatching)
            {
                Response.Headers["Refresh"] = PortalLimits.WatchSeconds.ToString(CultureInfo.InvariantCulture);
            }
        }

        return Page();
    }
}
