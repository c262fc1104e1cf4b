using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Waybill.SshKeys.Crypto;
using Waybill.SshKeys.Wire;

namespace Waybill.SshKeys.Keys;

/// <summary>Writes PuTTY's private key files under a passphrase (PuTTY's manual, appendix C).</summary>
internal static class PuttyPrivateKey
{
    private const string Encryption = "aes256-cbc";
    private const int KeyLength = 32;
    private const int BlockSize = 16;
    private const int SaltLength = 16;
    private const int Ed25519KeyLength = 32;
    private const int BytesInLine = 48;

    // PuTTY's own memory and parallelism, and as many passes as it takes where a tenth of a second is spent on them.
    private const int Argon2MemoryKiB = 8192;
    private const int Argon2Passes = 21;
    private const int Argon2Parallelism = 1;

    /// <summary>Version 3: one Argon2id value is key, IV and MAC key.</summary>
    public static byte[] WriteVersion3(SshPrivateKey key, ReadOnlySpan<byte> passphrase, string comment)
    {
        Span<byte> derived = stackalloc byte[KeyLength + BlockSize + SHA256.HashSizeInBytes];
        Span<byte> mac = stackalloc byte[SHA256.HashSizeInBytes];
        var salt = RandomNumberGenerator.GetBytes(SaltLength);
        Argon2Library.Derive(passphrase, salt, Argon2Passes, Argon2MemoryKiB, Argon2Parallelism, derived);
        var secret = SerializeSecret(key);
        var authenticated = SerializeAuthenticated(key, comment, secret);
        try
        {
            HMACSHA256.HashData(derived[(KeyLength + BlockSize)..], authenticated, mac);
            Encrypt(secret, derived[..KeyLength], derived.Slice(KeyLength, BlockSize));
            var derivation = string.Create(
                CultureInfo.InvariantCulture,
                $"Key-Derivation: Argon2id\nArgon2-Memory: {Argon2MemoryKiB}\nArgon2-Passes: {Argon2Passes}\nArgon2-Parallelism: {Argon2Parallelism}\nArgon2-Salt: {Convert.ToHexStringLower(salt)}\n");
            return Compose(3, key, comment, derivation, secret, mac, "\n");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
            CryptographicOperations.ZeroMemory(secret);
            CryptographicOperations.ZeroMemory(authenticated);
        }
    }

    /// <summary>Version 2: its SHA-1 is the format's, and slows nobody down who guesses; the passphrase must be strong by itself.</summary>
    public static byte[] WriteVersion2(SshPrivateKey key, ReadOnlySpan<byte> passphrase, string comment)
    {
#pragma warning disable CA5350 // The format knows no other hash; programs that cannot read version 3 still need it.
        Span<byte> derived = stackalloc byte[2 * SHA1.HashSizeInBytes];
        Span<byte> macKey = stackalloc byte[SHA1.HashSizeInBytes];
        Span<byte> mac = stackalloc byte[SHA1.HashSizeInBytes];
        Span<byte> iv = stackalloc byte[BlockSize];
        iv.Clear();
        HashOf([0, 0, 0, 0], passphrase, derived);
        HashOf([0, 0, 0, 1], passphrase, derived[SHA1.HashSizeInBytes..]);
        HashOf("putty-private-key-file-mac-key"u8, passphrase, macKey);
        var secret = SerializeSecret(key);
        var authenticated = SerializeAuthenticated(key, comment, secret);
        try
        {
            HMACSHA1.HashData(macKey, authenticated, mac);
            Encrypt(secret, derived[..KeyLength], iv);
            return Compose(2, key, comment, "", secret, mac, "\r\n");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
            CryptographicOperations.ZeroMemory(macKey);
            CryptographicOperations.ZeroMemory(secret);
            CryptographicOperations.ZeroMemory(authenticated);
        }

        static void HashOf(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> hash)
        {
            using var sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
            sha1.AppendData(first);
            sha1.AppendData(second);
            sha1.GetHashAndReset(hash);
        }
#pragma warning restore CA5350
    }

    /// <summary>The private fields, padded with random bytes to whole blocks; a reader stops where the fields end, and the MAC covers the padding.</summary>
    private static byte[] SerializeSecret(SshPrivateKey key)
    {
        // d is as long as the public n, p and q and iqmp together hardly more.
        var buffer = new byte[(3 * key.PublicKey.Blob.Length) + 64];
        var writer = new SshWriter(buffer);
        switch (key)
        {
            case Ed25519PrivateKey ed25519:
                // string k, little-endian: the seed
                var seed = new byte[Ed25519KeyLength];
                ed25519.CopySeedTo(seed);
                writer.WriteString(seed.AsSpan());
                CryptographicOperations.ZeroMemory(seed);
                break;
            case RsaPrivateKey rsa:
                // mpint d, p, q, iqmp
                var numbers = rsa.ExportParameters();
                writer.WriteMpint(numbers.D);
                writer.WriteMpint(numbers.P);
                writer.WriteMpint(numbers.Q);
                writer.WriteMpint(numbers.InverseQ);
                RsaPrivateKey.Wipe(numbers);
                break;
            case EcdsaPrivateKey ecdsa:
                // mpint d
                var point = ecdsa.ExportParameters();
                writer.WriteMpint(point.D);
                CryptographicOperations.ZeroMemory(point.D);
                break;
            default:
                throw new ArgumentException("A private key of an unknown type.", nameof(key));
        }

        var padded = (writer.Position + BlockSize - 1) / BlockSize * BlockSize;
        RandomNumberGenerator.Fill(buffer.AsSpan(writer.Position, padded - writer.Position));
        var exact = buffer.AsSpan(0, padded).ToArray();
        CryptographicOperations.ZeroMemory(buffer);
        return exact;
    }

    private static byte[] SerializeAuthenticated(SshPrivateKey key, string comment, ReadOnlySpan<byte> secret)
    {
        // string algorithm, encryption, comment, public blob, private blob
        var blob = key.PublicKey.Blob.Span;
        var bytes = new byte[(5 * 4) + key.PublicKey.KeyType.Length + Encryption.Length + comment.Length + blob.Length + secret.Length];
        var writer = new SshWriter(bytes);
        writer.WriteString(key.PublicKey.KeyType);
        writer.WriteString(Encryption);
        writer.WriteString(comment);
        writer.WriteString(blob);
        writer.WriteString(secret);
        return bytes;
    }

    private static void Encrypt(Span<byte> secret, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv)
    {
        using var aes = Aes.Create();
        aes.SetKey(key);
        var encrypted = new byte[secret.Length];
        aes.EncryptCbc(secret, iv, encrypted, PaddingMode.None);
        encrypted.CopyTo(secret);
    }

    private static byte[] Compose(int version, SshPrivateKey key, string comment, string derivation, ReadOnlySpan<byte> encrypted, ReadOnlySpan<byte> mac, string lineEnd)
    {
        // Nothing in here is secret any more.
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"PuTTY-User-Key-File-{version}: {key.PublicKey.KeyType}\nEncryption: {Encryption}\nComment: {comment}\n");
        AppendLines(text, "Public-Lines", key.PublicKey.Blob.Span);
        text.Append(derivation);
        AppendLines(text, "Private-Lines", encrypted);
        text.Append(CultureInfo.InvariantCulture, $"Private-MAC: {Convert.ToHexStringLower(mac)}\n");
        return Encoding.ASCII.GetBytes(text.Replace("\n", lineEnd).ToString());
    }

    private static void AppendLines(StringBuilder text, string header, ReadOnlySpan<byte> bytes)
    {
        text.Append(CultureInfo.InvariantCulture, $"{header}: {(bytes.Length + BytesInLine - 1) / BytesInLine}\n");
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(BytesInLine, bytes.Length)..])
        {
            text.Append(Convert.ToBase64String(bytes[..Math.Min(BytesInLine, bytes.Length)])).Append('\n');
        }
    }
}
