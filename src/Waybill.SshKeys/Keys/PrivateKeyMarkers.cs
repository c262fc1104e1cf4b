namespace Waybill.SshKeys.Keys;

/// <summary>
/// Finds private keys in whatever text they come. Looked for anywhere in the text and before anything else, so that a file with a public key
/// in front of a private one is not taken for harmless.
/// </summary>
internal static class PrivateKeyMarkers
{
    /// <summary>The base64 of "openssh-key-v1": such a file without its first line.</summary>
    private const string OpenSshMagicBase64 = "b3BlbnNzaC1rZXktdjE";

    private static readonly (string Marker, PublicKeyMistake Mistake)[] Markers =
    [
        ("PuTTY-User-Key-File-", PublicKeyMistake.PuttyPrivateKey),
        ("Private-Lines:", PublicKeyMistake.PuttyPrivateKey),
        ("Private-MAC:", PublicKeyMistake.PuttyPrivateKey),
        ("BEGIN OPENSSH PRIVATE KEY", PublicKeyMistake.OpenSshPrivateKey),
        ("END OPENSSH PRIVATE KEY", PublicKeyMistake.OpenSshPrivateKey),
        (OpenSshMagicBase64, PublicKeyMistake.OpenSshPrivateKey),
        ("SSH2 ENCRYPTED PRIVATE KEY", PublicKeyMistake.SshComPrivateKey),
        ("SSH PRIVATE KEY FILE FORMAT", PublicKeyMistake.Ssh1PrivateKey),
        ("PGP PRIVATE KEY BLOCK", PublicKeyMistake.PgpPrivateKey),
        ("PRIVATE KEY--", PublicKeyMistake.PemPrivateKey),
        ("BEGIN PRIVATE KEY", PublicKeyMistake.PemPrivateKey),
        ("BEGIN RSA PRIVATE KEY", PublicKeyMistake.PemPrivateKey),
        ("BEGIN EC PRIVATE KEY", PublicKeyMistake.PemPrivateKey),
        ("BEGIN DSA PRIVATE KEY", PublicKeyMistake.PemPrivateKey),
        ("BEGIN ENCRYPTED PRIVATE KEY", PublicKeyMistake.PemPrivateKey),
    ];

    /// <summary>The private key that the text holds, or <see cref="PublicKeyMistake.None"/>.</summary>
    public static PublicKeyMistake Find(KeyFileText text)
    {
        foreach (var (marker, mistake) in Markers)
        {
            if (text.All.Contains(marker, StringComparison.OrdinalIgnoreCase))
            {
                return mistake;
            }
        }

        return PublicKeyMistake.None;
    }
}
