using System.Security.Cryptography.X509Certificates;
using Waybill.Core.Certificates;

namespace Waybill.Portal.Connecting;

/// <summary>A certificate in the notation of each client.</summary>
internal sealed class CertificateView(X509Certificate2 certificate)
{
    public string Subject => certificate.Subject;

    /// <summary>The host names that it is for; none for a root.</summary>
    public IEnumerable<string> Names => certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(static names => names.EnumerateDnsNames());

    public DateTime From => certificate.NotBefore.ToUniversalTime();

    public DateTime Until => certificate.NotAfter.ToUniversalTime();

    /// <summary>The words of who shows it, and what they show.</summary>
    public IEnumerable<(string Client, string Fingerprint)> Fingerprints =>
    [
        ("Sha256", CertificateNotation.Sha256(certificate)), ("Sha256Small", CertificateNotation.Sha256Small(certificate)), ("Sha256Keychain", CertificateNotation.Sha256Keychain(certificate)),
        ("Sha1", CertificateNotation.Sha1(certificate)), ("Sha1Small", CertificateNotation.Sha1Small(certificate)), ("Thumbprint", CertificateNotation.Thumbprint(certificate)),
        ("Sha1Keychain", CertificateNotation.Sha1Keychain(certificate)),
    ];
}
