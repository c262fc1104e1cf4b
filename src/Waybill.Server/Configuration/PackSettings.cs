using System.Security.Cryptography.X509Certificates;
using Waybill.Core.Certificates;
using Waybill.Core.Packs;
using Waybill.Server.Certificates;
using Waybill.Server.HostKeys;
using Waybill.Ssh.Hosting;

namespace Waybill.Server.Configuration;

/// <summary>What connection packs are made from: the public names, the provider, and every host key that clients may rely on.</summary>
internal static class PackSettings
{
    public static PackOptions Options(WaybillConfiguration configuration, DataDirectory data, HostKeyList hostKeys) => new()
    {
        Endpoints = [.. configuration.Ssh.Public.Select(endPoint => new PackEndpoint(endPoint.Host, endPoint.Port, endPoint.Region, PolicyOf(endPoint, configuration.Ssh)))],
        HostKeys =
        [
            .. hostKeys.Keys.Where(key => key.IsKnownToClients)
                .OrderBy(key => key.State != HostKeyState.InUse)
                .ThenBy(key => hostKeys.Order.ToList().IndexOf(key.Type))
                .Select(key => new PackHostKey(key.Key, key.State == HostKeyState.InUse)),
        ],
        Provider = new PackProvider(configuration.Provider.Name, configuration.Provider.SupportMail, configuration.Provider.Phone, configuration.Provider.CaseLink),
        RetentionMonths = configuration.Retention.Months,
        Ftps = Ftps(configuration, data),
    };

    /// <summary>Null where there is no public name, and where the certificate cannot be read: nobody could connect then, and <c>doctor</c> says why.</summary>
    private static PackFtps? Ftps(WaybillConfiguration configuration, DataDirectory data)
    {
        if (configuration.Ftp.Public.Count == 0)
        {
            return null;
        }

        try
        {
            var certificate = ServerCertificate.Load(data, configuration.Portal);
            using var next = certificate.Next?.Certificate();
            return new PackFtps(
                [.. FtpSettings.Public(configuration.Ftp)],
                certificate.Root?.ExportCertificatePem(),
                [Of(certificate.Certificate, null), .. next is null ? Array.Empty<PackCertificate>() : [Of(next, certificate.Next!.TakesOver)]]);
        }
        catch (CommandException)
        {
            return null;
        }

        static PackCertificate Of(X509Certificate2 certificate, DateOnly? day) => new(CertificateNotation.Sha256Small(certificate), CertificateNotation.Sha1Small(certificate), day);
    }

    /// <summary>Behind a router a public port says nothing of the listener, and then the configuration does.</summary>
    private static PackPolicy PolicyOf(PublicEndpoint endPoint, SshSection ssh)
    {
        var isCompat = Listens(ssh.ListenCompat, endPoint.Port) && !Listens(ssh.Listen, endPoint.Port);
        return (endPoint.Policy is null && isCompat ? SshPolicy.Compat : ConfigurationCheck.Policy(endPoint.Policy ?? ssh.Policy)) switch
        {
            SshPolicy.Compat => PackPolicy.Compat,
            SshPolicy.PostQuantum => PackPolicy.PostQuantum,
            _ => PackPolicy.Modern,
        };
    }

    private static bool Listens(IReadOnlyList<string> listeners, int port) => listeners.Any(text => ConfigurationCheck.EndPoint("Ssh:Listen", text).Port == port);
}
