using System.Net;
using Waybill.Server.Configuration;

namespace Waybill.Server.Checks;

/// <summary>What <c>doctor</c> says of the portal: whether links lead to it.</summary>
internal static class PortalChecks
{
    public static IEnumerable<Finding> Look(WaybillConfiguration configuration)
    {
        if (configuration.Portal.Listen.Count == 0)
        {
            return [new Finding(Verdict.Ok, "portal", "off (Portal:Listen is empty); mails have no links")];
        }

        var url = new Uri(configuration.Portal.PublicUrl);
        List<Finding> findings = [];
        if (url.IsLoopback)
        {
            findings.Add(new Finding(Verdict.Warning, "portal", $"Portal:PublicUrl is {configuration.Portal.PublicUrl}, so links in mails lead customers nowhere; set it to the address that they reach"));
        }
        else if (url.Scheme != Uri.UriSchemeHttps)
        {
            findings.Add(new Finding(Verdict.Warning, "portal", "Portal:PublicUrl is not https, and the portal speaks nothing else; set it to https://..."));
        }
        else if (url.HostNameType == UriHostNameType.Dns && !Resolves(url.IdnHost))
        {
            findings.Add(new Finding(Verdict.Warning, "portal", $"the name {url.Host} of Portal:PublicUrl is not found here; enter it in the DNS, or set another one"));
        }

        return findings.Count > 0 ? findings : [new Finding(Verdict.Ok, "portal", PortalSettings.BaseUrl(configuration.Portal))];
    }

    private static bool Resolves(string host)
    {
        try
        {
            return Dns.GetHostAddresses(host).Length > 0;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
