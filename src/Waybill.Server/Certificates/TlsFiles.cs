using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Waybill.Server.Configuration;

namespace Waybill.Server.Certificates;

/// <summary>
/// The installation's own TLS root and the server certificate that it signs, in <c>DIR/tls</c>: for listeners that have no certificate of a public authority.
/// </summary>
internal sealed class TlsFiles(DataDirectory data)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode ForAll = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Customers pin the root, so it outlives the servers' certificates by far.</summary>
    private const int RootYears = 10;

    /// <summary>Browsers and Apple's clients refuse server certificates that live longer than 398 days.</summary>
    private const int ServerDays = 397;

    /// <summary>Clocks of clients may be this far behind.</summary>
    private static readonly TimeSpan Backdated = TimeSpan.FromHours(1);

    public string Root => Path.Combine(data.Tls, "root.crt");

    private string RootKey => Path.Combine(data.Tls, "root.key");

    public string Server => Path.Combine(data.Tls, "server.crt");

    public string ServerKey => Path.Combine(data.Tls, "server.key");

    /// <summary>The names that the server certificate is made for: loopback and what customers are told.</summary>
    public static IReadOnlyList<string> Names(WaybillConfiguration configuration)
    {
        var told = configuration.Ssh.Public.Concat(configuration.Ftp.Public).Concat(configuration.Ntsapi.Public).Select(endpoint => endpoint.Host);
        var portal = Uri.TryCreate(configuration.Portal.PublicUrl, UriKind.Absolute, out var url) ? [url.IdnHost] : Array.Empty<string>();
        return [.. ((string[])["localhost", "127.0.0.1", "::1", .. told, .. portal]).Where(name => name.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>Makes root and server certificate; returns the root's SHA-256 fingerprint as openssl shows it.</summary>
    public string Create(IReadOnlyList<string> names, string provider, TimeProvider time)
    {
        var from = time.GetUtcNow() - Backdated;
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = CreateRoot(rootKey, provider, from);
        using var serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var server = CreateServer(root, rootKey, serverKey, names, from);
        Write(RootKey, rootKey.ExportPkcs8PrivateKeyPem(), OwnerOnly);
        Write(ServerKey, serverKey.ExportPkcs8PrivateKeyPem(), OwnerOnly);
        Write(Server, server.ExportCertificatePem(), ForAll);
        Write(Root, root.ExportCertificatePem(), ForAll);
        return string.Join(':', root.GetCertHash(HashAlgorithmName.SHA256).Select(part => part.ToString("X2", System.Globalization.CultureInfo.InvariantCulture)));
    }

    private static X509Certificate2 CreateRoot(ECDsa key, string provider, DateTimeOffset from)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddOrganizationName(provider);
        name.AddCommonName($"{provider} root {from.Year}");
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority(pathLengthConstraint: 0));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(from, from.AddYears(RootYears));
    }

    private static X509Certificate2 CreateServer(X509Certificate2 root, ECDsa rootKey, ECDsa key, IReadOnlyList<string> names, DateTimeOffset from)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName("Waybill server");
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForEndEntity(critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1", "serverAuth")], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, includeKeyIdentifier: true, includeIssuerAndSerial: false));

        // RFC 5280 4.1.2.2: positive, at most 20 bytes; random, so that no two servers of one root share a number.
        Span<byte> serial = stackalloc byte[16];
        RandomNumberGenerator.Fill(serial);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        return request.Create(root.SubjectName, X509SignatureGenerator.CreateForECDsa(rootKey), from, from.AddDays(ServerDays), serial);
    }

    private static void Write(string path, string pem, UnixFileMode mode)
    {
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode });
        file.Write(System.Text.Encoding.ASCII.GetBytes(pem + "\n"));
        file.Flush(flushToDisk: true);
    }
}
