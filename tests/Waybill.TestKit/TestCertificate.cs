using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Waybill.TestKit;

/// <summary>A root and a server's certificate, made once for all tests.</summary>
public static class TestCertificate
{
    private static readonly (X509Certificate2 Root, X509Certificate2 Server) Made = Make();

    /// <summary>The root.</summary>
    public static X509Certificate2 Root => Made.Root;

    /// <summary>The server's, with the root behind it.</summary>
    public static SslStreamCertificateContext Context { get; } = SslStreamCertificateContext.Create(Made.Server, [Made.Root], offline: true);

    /// <summary>A server's that an authority below the root has signed, with that authority's behind it.</summary>
    public static SslStreamCertificateContext WithIntermediate { get; } = MakeWithIntermediate();

    /// <summary>The server's certificate and its key, as other servers read them.</summary>
    public static (string Certificate, string Key) Pem
    {
        get
        {
            using var key = Made.Server.GetECDsaPrivateKey()!;
            return (Made.Server.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
        }
    }

    /// <summary>Another, that takes over.</summary>
    public static SslStreamCertificateContext Next { get; } = SslStreamCertificateContext.Create(Make().Server, offline: true, additionalCertificates: null);

    private static (X509Certificate2 Root, X509Certificate2 Server) Make()
    {
        var now = TimeProvider.System.GetUtcNow();
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = new CertificateRequest("CN=Test root", rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var root = rootRequest.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(root, now.AddDays(-1), now.AddDays(29), RandomNumberGenerator.GetBytes(8));
        using var withKey = issued.CopyWithPrivateKey(key);

        // OpenSSL needs the key as a file would have it.
        return (root, X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable));
    }

    private static SslStreamCertificateContext MakeWithIntermediate()
    {
        var now = TimeProvider.System.GetUtcNow();
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=Test authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var authority = authorityRequest.Create(Made.Root, now.AddDays(-1), now.AddDays(29), RandomNumberGenerator.GetBytes(8));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var signing = authority.CopyWithPrivateKey(authorityKey);
        using var issued = request.Create(signing, now.AddDays(-1), now.AddDays(28), RandomNumberGenerator.GetBytes(8));
        using var withKey = issued.CopyWithPrivateKey(key);
        return SslStreamCertificateContext.Create(
            X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable), [authority, Made.Root], offline: true);
    }
}
