using System.Security.Cryptography;

namespace Waybill.SshKeys.Keys;

/// <summary>Fingerprints of keys, as each program shows them, so that a person can compare what they see with what we say.</summary>
public static class KeyFingerprint
{
    private const string HexDigits = "0123456789abcdef";

    /// <summary>OpenSSH's and PuTTY's form: <c>SHA256:</c> and base64 without padding.</summary>
    public static string Sha256(ReadOnlySpan<byte> blob) => "SHA256:" + Sha256Bare(blob);

    /// <summary>The base64 of the SHA-256 alone, without padding: WinSCP's form.</summary>
    public static string Sha256Bare(ReadOnlySpan<byte> blob)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(blob, hash);
        return Convert.ToBase64String(hash).TrimEnd('=');
    }

    /// <summary>The form of old programs and guides: <c>64:73:64:...</c>. For people who compare, never to decide anything.</summary>
    public static string Md5(ReadOnlySpan<byte> blob)
    {
        Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
#pragma warning disable CA5351 // Old clients and guides show nothing else; SHA-256 stands beside it, and nothing is decided by either.
        MD5.HashData(blob, hash);
#pragma warning restore CA5351
        return string.Create((hash.Length * 3) - 1, hash, static (text, bytes) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = (i % 3) switch
                {
                    0 => HexDigits[bytes[i / 3] >> 4],
                    1 => HexDigits[bytes[i / 3] & 15],
                    _ => ':',
                };
            }
        });
    }

    /// <summary>What OpenSSH shows: <c>256 SHA256:...</c>.</summary>
    public static string OpenSsh(SshPublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return $"{key.Bits} {Sha256(key.Blob.Span)}";
    }

    /// <summary>What OpenSSH shows when asked for MD5: <c>256 MD5:3b:93:...</c>.</summary>
    public static string OpenSshMd5(SshPublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return $"{key.Bits} MD5:{Md5(key.Blob.Span)}";
    }

    /// <summary>What PuTTY shows from 0.75 on: <c>ssh-ed25519 255 SHA256:...</c>.</summary>
    public static string Putty(SshPublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return $"{key.KeyType} {PuttyBits(key)} {Sha256(key.Blob.Span)}";
    }

    /// <summary>What PuTTY before 0.75, old WinSCP and old guides show: <c>ssh-rsa 2048 64:73:...</c>.</summary>
    public static string PuttyMd5(SshPublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return $"{key.KeyType} {PuttyBits(key)} {Md5(key.Blob.Span)}";
    }

    /// <summary>What WinSCP shows, and takes as <c>SshHostKey</c>: <c>ssh-ed25519 255 VThZ...</c>.</summary>
    public static string WinScp(SshPublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return $"{key.KeyType} {PuttyBits(key)} {Sha256Bare(key.Blob.Span)}";
    }

    /// <summary>The fingerprint inside a WinSCP session URL: type and URL-safe base64, without bits.</summary>
    public static string WinScpUrl(SshPublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return $"{key.KeyType}-{Sha256Bare(key.Blob.Span).Replace('+', '-').Replace('/', '_')}";
    }

    /// <summary>PuTTY and WinSCP count the bits of the field's prime, so Ed25519 has 255.</summary>
    private static int PuttyBits(SshPublicKey key) => key.KeyType == KeyBlob.Ed25519 ? 255 : key.Bits;
}
