using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Waybill.Core.Certificates;

/// <summary>A TLS certificate's fingerprints as clients show them: it is the same bytes, and people compare what they see.</summary>
public static class CertificateNotation
{
    /// <summary>SHA-256 as openssl, Firefox, Chrome and keytool show it: capitals with colons.</summary>
    public static string Sha256(X509Certificate2 certificate) => Capitals(certificate, HashAlgorithmName.SHA256, ':');

    /// <summary>SHA-1 as openssl, keytool and lftp show it: capitals with colons.</summary>
    public static string Sha1(X509Certificate2 certificate) => Capitals(certificate, HashAlgorithmName.SHA1, ':');

    /// <summary>SHA-256 as WinSCP and FileZilla show it: small letters with colons.</summary>
    public static string Sha256Small(X509Certificate2 certificate) => Small(certificate, HashAlgorithmName.SHA256, ':');

    /// <summary>SHA-1 as WinSCP and FileZilla show it: small letters with colons.</summary>
    public static string Sha1Small(X509Certificate2 certificate) => Small(certificate, HashAlgorithmName.SHA1, ':');

    /// <summary>SHA-1 as Windows calls it, <i>Thumbprint</i>: small letters with nothing between.</summary>
    public static string Thumbprint(X509Certificate2 certificate) => Small(certificate, HashAlgorithmName.SHA1, null);

    /// <summary>SHA-256 as the keychain of macOS shows it: capitals with blanks.</summary>
    public static string Sha256Keychain(X509Certificate2 certificate) => Capitals(certificate, HashAlgorithmName.SHA256, ' ');

    /// <summary>SHA-1 as the keychain of macOS shows it: capitals with blanks.</summary>
    public static string Sha1Keychain(X509Certificate2 certificate) => Capitals(certificate, HashAlgorithmName.SHA1, ' ');

    private static string Capitals(X509Certificate2 certificate, HashAlgorithmName hash, char? between)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return string.Join(between?.ToString(), Convert.ToHexString(certificate.GetCertHash(hash)).Chunk(2).Select(static two => new string(two)));
    }

    private static string Small(X509Certificate2 certificate, HashAlgorithmName hash, char? between) => Capitals(certificate, hash, between).ToLowerInvariant();
}
