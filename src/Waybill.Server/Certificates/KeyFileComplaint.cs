using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Waybill.Server.Certificates;

/// <summary>Why the private key of a PEM file cannot be used with a certificate: a sentence for each way in which files come that do not go together.</summary>
internal static class KeyFileComplaint
{
    // RFC 8017 A.1, RFC 5480 2.1.1.
    private const string Rsa = "1.2.840.113549.1.1.1";
    private const string EllipticCurve = "1.2.840.10045.2.1";

    /// <summary>The sentence.</summary>
    /// <param name="certificates">Those of the file, in its order; one at least.</param>
    /// <param name="file">Their file.</param>
    /// <param name="keyFile">The key's.</param>
    public static string Of(X509Certificate2Collection certificates, string file, string keyFile)
    {
        // RFC 5958, and RFC 1421 as OpenSSL wrote keys before.
        var pem = File.ReadAllText(keyFile);
        if (pem.Contains("-----BEGIN ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal) || pem.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
        {
            return $"the private key {keyFile} is under a passphrase, and nobody is there to type it when the server starts; write it without one: openssl pkey -in {keyFile} -out NEW";
        }

        if (!pem.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            return $"{keyFile} holds no private key; it is a PEM file with a line -----BEGIN PRIVATE KEY-----, and the certificates stand in {file}";
        }

        if (certificates[0].GetKeyAlgorithm() is not (Rsa or EllipticCurve))
        {
            return $"the certificate {certificates[0].Subject} in {file} has a key of a kind that is not taken; get one with RSA of 2048 bits or more, or ECDSA with P-256";
        }

        for (var i = 1; i < certificates.Count; i++)
        {
            if (Fits(certificates[i], pem))
            {
                return $"the certificates in {file} are in the wrong order: the private key {keyFile} is that of number {i + 1}, {certificates[i].Subject}; the server's own comes first, then those that it was signed with";
            }
        }

        return IsReadable(pem)
            ? $"the private key {keyFile} is not that of the certificate {certificates[0].Subject} in {file}; put both files of the same renewal in their place"
            : $"the private key {keyFile} is damaged, or of another kind than RSA and ECDSA; put it in its place anew";
    }

    private static bool Fits(X509Certificate2 certificate, string pem)
    {
        try
        {
            using var pair = X509Certificate2.CreateFromPem(certificate.ExportCertificatePem(), pem);
            return true;
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            return false;
        }
    }

    private static bool IsReadable(string pem) => ((Func<AsymmetricAlgorithm>[])[RSA.Create, ECDsa.Create]).Any(create =>
    {
        using var key = create();
        try
        {
            key.ImportFromPem(pem);
            return true;
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            return false;
        }
    });
}
