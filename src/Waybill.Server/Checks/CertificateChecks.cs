using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Waybill.Server.Certificates;
using Waybill.Server.Configuration;

namespace Waybill.Server.Checks;

/// <summary>What <c>doctor</c> says of the TLS certificate: whether it can be used, is valid and lasts, is for servers, names the hosts that customers are told, and is sent with all that it was signed with.</summary>
internal static class CertificateChecks
{
    private const string Check = "certificate";

    // id-kp-serverAuth and anyExtendedKeyUsage, RFC 5280 4.2.1.12.
    private const string ServerAuth = "1.3.6.1.5.5.7.3.1";
    private const string AnyPurpose = "2.5.29.37.0";

    /// <summary>What OpenSSL's security level 2 demands, the default of Debian and Ubuntu.</summary>
    private const int ShortestRsa = 2048;

    private static readonly TimeSpan Soon = TimeSpan.FromDays(30);

    private static readonly TimeSpan RootSoon = TimeSpan.FromDays(365);

    /// <summary>How long the daily job may be late.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromDays(2);

    public static IEnumerable<Finding> Look(WaybillConfiguration configuration, DataDirectory data, DateTimeOffset now)
    {
        if (configuration.Portal.Listen.Count == 0 && configuration.Ntsapi.ListenTls.Count == 0 && !FtpSettings.ListenersOf(configuration.Ftp).Any())
        {
            return [];
        }

        try
        {
            var certificate = ServerCertificate.Load(data, configuration.Portal);
            List<Finding> findings = [.. End(configuration, data, certificate, now), .. Use(certificate), .. Names(configuration, certificate), .. Chain(certificate, now)];
            return findings.Count > 0 ? findings : [new Finding(Verdict.Ok, Check, Invariant($"{certificate.Certificate.Subject}, until {certificate.Certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}"))];
        }
        catch (CommandException error)
        {
            return [new Finding(Verdict.Failure, Check, $"{error.Message}; a server that runs goes on with the one before, and does not start again")];
        }
    }

    private static IEnumerable<Finding> End(WaybillConfiguration configuration, DataDirectory data, ServerCertificate certificate, DateTimeOffset now)
    {
        DateTimeOffset ends = certificate.Certificate.NotAfter.ToUniversalTime();
        var words = Invariant($"the certificate ends on {ends:yyyy-MM-dd}");
        var lapse = ServerCertificate.Lapse(certificate.Certificate, now);
        if (!certificate.IsOwn)
        {
            if (lapse is not null)
            {
                yield return new Finding(
                    Verdict.Failure, Check,
                    $"the certificate {lapse}, so clients refuse it; put a new one in its place (a server that runs goes on with the one before as long as that is valid, and one that starts shows this one)");
            }
            else if (ends - now < Soon)
            {
                yield return new Finding(Verdict.Warning, Check, $"{words}; put a new one in its place");
            }

            yield break;
        }

        // Says what is wrong with a file that the server can do without for now.
        var next = new TlsFiles(data).ReadNext();
        var ahead = configuration.Certificates.AnnounceDays > 0 ? TimeSpan.FromDays(configuration.Certificates.AnnounceDays) - Late : Soon;
        if (lapse is not null)
        {
            yield return new Finding(Verdict.Failure, Check, $"the certificate {lapse}, so clients refuse it") { Remedy = new Remedy("make another one, and take it into use", "certificate renew --now --yes") };
        }
        else if (next?.TakesOver is { } missed && missed < Today(configuration, now))
        {
            yield return new Finding(Verdict.Warning, Check, Invariant($"{words}; the next one was announced for {missed:yyyy-MM-dd}, and did not take over; the server's job does that each night and at the start"))
            {
                Remedy = new Remedy("see what keeps the job from it", "schedule list"),
            };
        }
        else if (next?.TakesOver is { } day)
        {
            yield return new Finding(Verdict.Ok, Check, Invariant($"{words}; the next one is announced and takes over on {day:yyyy-MM-dd}"));
        }
        else if (ends - now < ahead)
        {
            yield return new Finding(Verdict.Warning, Check, $"{words}, and no next one is announced") { Remedy = new Remedy("see what keeps the job from it", "schedule list") };
        }

        DateTimeOffset rootEnds = certificate.Root!.NotAfter.ToUniversalTime();
        if (rootEnds - now < RootSoon)
        {
            yield return new Finding(Verdict.Warning, Check, Invariant($"the TLS root ends on {rootEnds:yyyy-MM-dd}, and customers need time to install another; see docs/operations/certificates.md"));
        }
    }

    private static DateOnly Today(WaybillConfiguration configuration, DateTimeOffset now) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, ConfigurationCheck.Zone(configuration.Provider)).DateTime);

    private static IEnumerable<Finding> Names(WaybillConfiguration configuration, ServerCertificate certificate)
    {
        Finding Lacks(string host, string key, string who) => certificate.IsOwn
            ? new(Verdict.Warning, Check, $"the certificate does not hold the name {host} of {key}, so {who}") { Remedy = new Remedy("make the next one, which does", "certificate renew") }
            : new(Verdict.Warning, Check, $"the certificate does not hold the name {host} of {key}, so {who}; set Portal:Certificate to one that does");

        if (configuration.Portal.Listen.Count > 0 && new Uri(configuration.Portal.PublicUrl).IdnHost is var host && !certificate.Names(host))
        {
            yield return Lacks(host, "Portal:PublicUrl", "browsers refuse it");
        }

        foreach (var endPoint in configuration.Ftp.Public.Where(endPoint => !certificate.Names(endPoint.Host)))
        {
            yield return Lacks(endPoint.Host, "Ftp:Public", "clients that check it refuse the server");
        }

        foreach (var endPoint in configuration.Ntsapi.Public.Where(endPoint => !certificate.Names(endPoint.Host)))
        {
            yield return Lacks(endPoint.Host, "Ntsapi:Public", "clients that check it refuse the server");
        }
    }

    /// <summary>What clients ask of a certificate besides its time and its names.</summary>
    private static IEnumerable<Finding> Use(ServerCertificate certificate)
    {
        // RFC 5280 4.2.1.12: without the extension it is for everything.
        if (certificate.Certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault() is { } usage
            && !usage.EnhancedKeyUsages.Cast<Oid>().Any(static purpose => purpose.Value is ServerAuth or AnyPurpose))
        {
            yield return new Finding(Verdict.Warning, Check, "the certificate is not for servers (its extended key usage lacks serverAuth), so most programs refuse it; get one for a server");
        }

        using var key = certificate.Certificate.GetRSAPublicKey();
        if (key?.KeySize < ShortestRsa)
        {
            yield return new Finding(
                Verdict.Warning, Check, Invariant($"the certificate has an RSA key of {key.KeySize} bits, and most programs refuse less than {ShortestRsa}; get one with a longer key, or with ECDSA"));
        }
    }

    /// <summary>What it was signed with must be valid too. Browsers fetch what is missing of a chain; lftp, curl and the rest do not.</summary>
    private static IEnumerable<Finding> Chain(ServerCertificate certificate, DateTimeOffset now)
    {
        foreach (var lapse in certificate.LapsesOfChain(now))
        {
            yield return new Finding(
                Verdict.Failure, Check,
                $"the certificate {lapse}, so most programs refuse it; {(certificate.IsOwn ? "see docs/operations/certificates.md" : "put it in its place again with a chain that is valid")}");
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority;
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        chain.ChainPolicy.ExtraStore.AddRange(certificate.Chain);
        chain.Build(certificate.Certificate);
        if (!chain.ChainStatus.Any(static status => status.Status == X509ChainStatusFlags.PartialChain))
        {
            yield break;
        }

        // What signed the top may be a root, which customers have and the file need not. The certificate alone is not enough for anybody.
        var top = chain.ChainElements[^1].Certificate;
        yield return chain.ChainElements.Count == 1
            ? new Finding(
                Verdict.Warning, Check, $"the file of the certificate lacks what it was signed with ({top.Issuer}), so most programs refuse it; put its chain behind it into the same file")
            : new Finding(
                Verdict.Ok, Check,
                Invariant($"{certificate.Certificate.Subject}, until {certificate.Certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}; its chain ends at {top.Subject}, so customers must trust {top.Issuer}, which signed that and is not known on this machine"));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
