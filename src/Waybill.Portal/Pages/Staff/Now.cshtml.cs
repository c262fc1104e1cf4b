using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>What is wrong now, each with the way to the page that mends it.</summary>
[Permission(PortalOperation.SeeHealth)]
internal sealed class NowModel(IServerHealth health, IRunningServer server) : SignedInModel
{
    /// <summary>The page that mends what a check found, and who may see it; where there is none, the command is named.</summary>
    public static IReadOnlyDictionary<string, Section> Mending { get; } = new Dictionary<string, Section>(StringComparer.Ordinal)
    {
        ["requests"] = new("/staff/requests?state=Open", "NowToRequests", PortalOperation.SeeRequests),
        ["held files"] = new("/staff/held", "NowToHeld", PortalOperation.SeeHeld),
        ["expectations"] = new("/staff/feeds", "NowToFeeds", PortalOperation.SeeFeeds),
        ["retention"] = new("/staff/retention", "NowToRetention", PortalOperation.SeeRetention),
        ["keys"] = new("/staff/keys", "NowToKeys", PortalOperation.SeeKeys),
        ["burnt keys"] = new("/staff/keys", "NowToKeys", PortalOperation.SeeKeys),
        ["expiring keys"] = new("/staff/keys", "NowToKeys", PortalOperation.SeeKeys),
        ["certificate"] = new("/certificates", "NowToCertificates", PortalOperation.SeeHealth),
        ["people"] = new("/staff/people", "NowToPeople", PortalOperation.SeePeople),
        ["notifications"] = new("/staff/notifications?state=Dead", "NowToNotifications", PortalOperation.SeeNotifications),
        ["web hooks"] = new("/staff/notifications?state=Dead", "NowToNotifications", PortalOperation.SeeNotifications),
    };

    /// <summary>What is not as it should be, the worst first.</summary>
    public IReadOnlyList<HealthFinding> Wrong { get; private set; } = [];

    public IReadOnlyList<HealthFinding> Right { get; private set; } = [];

    /// <summary>How the server is.</summary>
    public ServerStatus Status => server.Status;

    public Section? PageFor(HealthFinding finding) => Mending.TryGetValue(finding.Check, out var page) && May(page.Operation) ? page : null;

    public async Task OnGetAsync()
    {
        var findings = await health.LookAsync(HttpContext.RequestAborted);
        Wrong = [.. findings.Where(static finding => finding.Verdict != HealthVerdict.Ok).OrderByDescending(static finding => finding.Verdict)];
        Right = [.. findings.Where(static finding => finding.Verdict == HealthVerdict.Ok)];
    }
}
