using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Waybill.Server.Configuration;

namespace Waybill.Server.Tests.Certificates;

/// <summary>PEM files as an operator brings them, signed by an authority below a root that no machine knows.</summary>
internal sealed class OperatorCertificate(string folder, DateTimeOffset now)
{
    public const string ServerAuth = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuth = "1.3.6.1.5.5.7.3.2";
    public const string AnyPurpose = "2.5.29.37.0";

    private readonly (X509Certificate2 Root, X509Certificate2 Authority) _signers = Signers(now);

    public string File { get; } = Path.Combine(folder, "operator.crt");

    public string KeyFile { get; } = Path.Combine(folder, "operator.key");

    public PortalSection Section => new() { Certificate = File, CertificateKey = KeyFile };

    public string RootPem => _signers.Root.ExportCertificatePem();

    public string AuthorityPem => _signers.Authority.ExportCertificatePem();

    /// <summary>The authority's certificate of other days, for the same key.</summary>
    public string AuthorityOf(int fromDay, int untilDay)
    {
        using var key = _signers.Authority.GetECDsaPublicKey()!;
        var request = new CertificateRequest(_signers.Authority.SubjectName, new PublicKey(key), HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var issued = request.Create(_signers.Root, now.AddDays(fromDay), now.AddDays(untilDay), RandomNumberGenerator.GetBytes(8));
        return issued.ExportCertificatePem();
    }

    /// <summary>A certificate for localhost, with its key.</summary>
    public (string Pem, string KeyPem) Issue(int fromDay = -1, int untilDay = 90, string? purpose = ServerAuth, AsymmetricAlgorithm? key = null)
    {
        using var made = key ?? ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName("CN=localhost"), new PublicKey(made), HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        if (purpose is not null)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
        }

        using var authorityKey = _signers.Authority.GetECDsaPrivateKey()!;
        using var issued = request.Create(
            _signers.Authority.SubjectName, X509SignatureGenerator.CreateForECDsa(authorityKey), now.AddDays(fromDay), now.AddDays(untilDay), RandomNumberGenerator.GetBytes(8));
        return (issued.ExportCertificatePem(), made.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Puts the files in their place as careful programs do, the certificate with all that it was signed with.</summary>
    public void Put((string Pem, string KeyPem) issued) => Put([issued.Pem, AuthorityPem, RootPem], issued.KeyPem);

    /// <inheritdoc cref="Put(ValueTuple{string, string})"/>
    public void Put(string[] certificates, string keyPem)
    {
        Write(KeyFile, keyPem);
        Write(File, string.Join('\n', certificates));
    }

    private static void Write(string file, string text)
    {
        System.IO.File.WriteAllText(file + ".new", text + "\n");
        System.IO.File.Move(file + ".new", file, overwrite: true);
    }

    private static (X509Certificate2 Root, X509Certificate2 Authority) Signers(DateTimeOffset now)
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = new CertificateRequest("CN=Test root", rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var root = rootRequest.CreateSelfSigned(now.AddYears(-1), now.AddYears(9));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = request.Create(root, now.AddYears(-1), now.AddYears(5), RandomNumberGenerator.GetBytes(8));
        return (root, authority.CopyWithPrivateKey(key));
    }
}
