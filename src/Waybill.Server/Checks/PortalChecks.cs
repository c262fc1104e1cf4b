using System.Globalization;
using System.Net;
using Waybill.Server.Certificates;
using Waybill.Server.Configuration;

namespace Waybill.Server.Checks;

/// <summary>What <c>doctor</c> says of the portal: whether links lead to it, and whether browsers believe it.</summary>
internal static class PortalChecks
{
    private static readonly TimeSpan Soon = TimeSpan.FromDays(30);

    public static IEnumerable<Finding> Look(WaybillConfiguration configuration, DataDirectory data, DateTimeOffset now)
    {
        if (configuration.Portal.Listen.Count == 0)
        {
            return [new Finding(Verdict.Ok, "portal", "off (Portal:Listen is empty); mails have no links")];
        }

        var url = new Uri(configuration.Portal.PublicUrl);
        List<Finding> findings = [];
        ServerCertificate? certificate = null;
        try
        {
            certificate = ServerCertificate.Load(data, configuration.Portal);
        }
        catch (CommandException error)
        {
            findings.Add(new Finding(Verdict.Failure, "certificate", $"{error.Message}; a server that runs goes on with the one before, and does not start again"));
        }

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

        if (certificate?.Names(url.IdnHost) == false)
        {
            findings.Add(new Finding(
                Verdict.Warning, "certificate", $"the certificate of the portal does not hold the name {url.Host}, so browsers refuse it; set Portal:Certificate to one that does"));
        }

        if (certificate is not null && new DateTimeOffset(certificate.Certificate.NotAfter) is var ends && ends - now < Soon)
        {
            findings.Add(new Finding(
                Verdict.Warning, "certificate",
                string.Create(CultureInfo.InvariantCulture, $"the certificate of the portal {(ends < now ? "has ended" : "ends")} on {ends.UtcDateTime:yyyy-MM-dd}; put a new one in its place")));
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
