using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Waybill.SshKeys.Crypto;
using Waybill.SshKeys.Wire;

namespace Waybill.SshKeys.Keys;

/// <summary>OpenSSH's own private key format, openssh-key-v1 (PROTOCOL.key): read unencrypted, written either way.</summary>
internal static class OpenSshPrivateKey
{
    private const int Ed25519KeyLength = 32;

    /// <summary>Without a cipher the private part is padded to a multiple of this.</summary>
    private const int BlockSize = 8;

    /// <summary>aes256-ctr: the block of AES, to which the private part is padded, though a stream cipher needs none.</summary>
    private const int CipherBlockSize = 16;

    private const int CipherKeyLength = 32;

    private const int SaltLength = 16;

    /// <summary>Rounds of bcrypt_pbkdf: the default of ssh-keygen since OpenSSH 9.4.</summary>
    private const int BcryptRounds = 24;

    /// <summary>PuTTYgen pads to 16, and with a whole block where none is needed; the bytes count from 1, so there are at most 255.</summary>
    private const int MaxPadding = 255;

    /// <summary>Columns of base64, as ssh-keygen writes it.</summary>
    private const int Columns = 70;

    private static ReadOnlySpan<byte> Magic => "openssh-key-v1\0"u8;

    private static ReadOnlySpan<byte> Begin => "-----BEGIN OPENSSH PRIVATE KEY-----\n"u8;

    private static ReadOnlySpan<byte> End => "-----END OPENSSH PRIVATE KEY-----\n"u8;

    /// <summary>Whether these are the bytes of such a key.</summary>
    public static bool Is(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Magic);

    /// <summary>Reads the key.</summary>
    public static PrivateKeyReading Read(ReadOnlySpan<byte> bytes)
    {
        using var numbers = ReadNumbers(bytes, out var publicBlob, out var comment);
        var reading = numbers.ToKey(KeyComment.Clean(Encoding.UTF8.GetString(comment)));
        if (reading.IsKey && !reading.Key.PublicKey.Blob.Span.SequenceEqual(publicBlob))
        {
            reading.Key.Dispose();
            return PrivateKeyReading.Refused(PrivateKeyMistake.Damaged);
        }

        return reading;
    }

    /// <summary>Reads its numbers, and the blob of the public half as it is stated, which lies open even when the key is encrypted; empty when there is none.</summary>
    public static PrivateKeyNumbers ReadNumbers(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> publicBlob, out ReadOnlySpan<byte> comment)
    {
        comment = default;
        var mistake = ReadHead(bytes, out publicBlob, out var secret);
        if (mistake == PrivateKeyMistake.None)
        {
            return ReadSecret(secret, out comment);
        }

        publicBlob = mistake == PrivateKeyMistake.Encrypted ? publicBlob : default;
        return PrivateKeyNumbers.Refused(mistake);
    }

    /// <summary>Writes the key as ssh-keygen does; the caller wipes the result.</summary>
    public static byte[] Write(SshPrivateKey key, string comment)
    {
        var secret = SerializeSecret(key, comment, BlockSize);
        try
        {
            return Compose("none", "none", default, key.PublicKey.Blob.Span, secret);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>Writes the key under a passphrase, as <c>ssh-keygen -a 24</c> does: bcrypt_pbkdf gives key and IV of aes256-ctr.</summary>
    public static byte[] Write(SshPrivateKey key, ReadOnlySpan<byte> passphrase, string comment)
    {
        // string salt
        // uint32 rounds
        Span<byte> options = stackalloc byte[4 + SaltLength + 4];
        Span<byte> salt = stackalloc byte[SaltLength];
        RandomNumberGenerator.Fill(salt);
        var writer = new SshWriter(options);
        writer.WriteString(salt);
        writer.WriteUInt32(BcryptRounds);

        Span<byte> derived = stackalloc byte[CipherKeyLength + CipherBlockSize];
        var secret = SerializeSecret(key, comment, CipherBlockSize);
        try
        {
            BcryptPbkdf.Derive(passphrase, salt, BcryptRounds, derived);
            using (var cipher = new CipherContext(Ciphers.Aes256Ctr, derived[..CipherKeyLength], derived[CipherKeyLength..], encrypt: true))
            {
                cipher.Transform(secret, secret);
            }

            return Compose("aes256-ctr", "bcrypt", options, key.PublicKey.Blob.Span, secret);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static byte[] Compose(string cipher, string kdf, ReadOnlySpan<byte> kdfOptions, ReadOnlySpan<byte> publicBlob, ReadOnlySpan<byte> secret)
    {
        var whole = new byte[Magic.Length + (6 * 4) + cipher.Length + kdf.Length + kdfOptions.Length + publicBlob.Length + secret.Length];
        byte[]? base64 = null;
        try
        {
            var writer = new SshWriter(whole);
            writer.WriteBytes(Magic);
            writer.WriteString(cipher); // ciphername
            writer.WriteString(kdf); // kdfname
            writer.WriteString(kdfOptions); // kdfoptions
            writer.WriteUInt32(1); // number of keys
            writer.WriteString(publicBlob);
            writer.WriteString(secret);

            base64 = new byte[Base64.GetMaxEncodedToUtf8Length(whole.Length)];
            Base64.EncodeToUtf8(writer.Written, base64, out _, out var length);
            return Wrap(base64.AsSpan(0, length));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(whole);
            CryptographicOperations.ZeroMemory(base64);
        }
    }

    private static PrivateKeyMistake ReadHead(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> publicBlob, out ReadOnlySpan<byte> secret)
    {
        // byte[] "openssh-key-v1" NUL
        // string ciphername
        // string kdfname
        // string kdfoptions
        // uint32 number of keys N
        // string publickey1 ... publickeyN
        // string list of private keys, encrypted
        var reader = new SshReader(bytes);
        var isMagic = reader.ReadBytes(Magic.Length).SequenceEqual(Magic);
        var cipher = reader.ReadString();
        var kdf = reader.ReadString();
        var kdfOptions = reader.ReadString();
        var count = reader.ReadUInt32();
        publicBlob = reader.ReadString();
        secret = default;
        if (!isMagic || !reader.Succeeded)
        {
            return PrivateKeyMistake.Damaged;
        }

        if (count != 1)
        {
            return PrivateKeyMistake.SeveralKeys;
        }

        if (!cipher.SequenceEqual("none"u8))
        {
            return PrivateKeyMistake.Encrypted;
        }

        secret = reader.ReadString();
        return reader.SucceededToTheEnd && kdf.SequenceEqual("none"u8) && kdfOptions.IsEmpty && secret.Length % BlockSize == 0
            ? PrivateKeyMistake.None
            : PrivateKeyMistake.Damaged;
    }

    private static PrivateKeyNumbers ReadSecret(ReadOnlySpan<byte> secret, out ReadOnlySpan<byte> comment)
    {
        // uint32 checkint, twice the same
        // string type, its fields
        // string comment
        // byte[] padding 1, 2, 3, ...
        var reader = new SshReader(secret);
        var check = reader.ReadUInt32();
        var isSame = reader.ReadUInt32() == check;
        var type = Encoding.ASCII.GetString(reader.ReadString());
        var numbers = type switch
        {
            KeyBlob.Ed25519 => ReadEd25519(ref reader),
            KeyBlob.Rsa => ReadRsa(ref reader),
            _ when KeyBlob.FieldCount(type) > 0 => ReadEcdsa(ref reader, type[KeyBlob.EcdsaPrefix.Length..]),
            _ => PrivateKeyNumbers.Refused(PrivateKeyMistake.UnsupportedType),
        };
        comment = default;
        if (numbers.Mistake != PrivateKeyMistake.None)
        {
            return numbers;
        }

        comment = reader.ReadString();
        if (!reader.Succeeded || !isSame || !IsPadding(reader.Rest))
        {
            numbers.Dispose();
            comment = default;
            return PrivateKeyNumbers.Refused(PrivateKeyMistake.Damaged);
        }

        return numbers;
    }

    private static PrivateKeyNumbers ReadEd25519(ref SshReader reader)
    {
        // string public key
        // string seed, public key
        var publicKey = reader.ReadString();
        var pair = reader.ReadString();
        return publicKey.Length == Ed25519KeyLength && pair.Length == 2 * Ed25519KeyLength && pair[Ed25519KeyLength..].SequenceEqual(publicKey)
            ? PrivateKeyNumbers.FromEd25519(pair[..Ed25519KeyLength])
            : PrivateKeyNumbers.Refused(PrivateKeyMistake.Damaged);
    }

    private static PrivateKeyNumbers ReadRsa(ref SshReader reader)
    {
        // mpint n, e, d, iqmp, p, q
        var n = reader.ReadPositiveMpint();
        var e = reader.ReadPositiveMpint();
        var d = reader.ReadPositiveMpint();
        reader.ReadPositiveMpint();
        var p = reader.ReadPositiveMpint();
        var q = reader.ReadPositiveMpint();
        return PrivateKeyNumbers.FromRsa(n, e, d, p, q);
    }

    private static PrivateKeyNumbers ReadEcdsa(ref SshReader reader, string curve)
    {
        // string curve
        // string Q
        // mpint d
        var stated = reader.ReadString();
        var point = reader.ReadString();
        var d = reader.ReadPositiveMpint();
        return Encoding.ASCII.GetString(stated) == curve ? PrivateKeyNumbers.FromEcdsa(curve, d, point) : PrivateKeyNumbers.Refused(PrivateKeyMistake.Damaged);
    }

    private static bool IsPadding(ReadOnlySpan<byte> padding)
    {
        for (var i = 0; i < padding.Length; i++)
        {
            if (padding[i] != i + 1)
            {
                return false;
            }
        }

        return padding.Length <= MaxPadding;
    }

    private static byte[] SerializeSecret(SshPrivateKey key, string comment, int blockSize)
    {
        // The private fields are shorter than four times the public blob (RSA: n, e, d, iqmp, p, q against n, e) and the fixed fields.
        var buffer = new byte[(4 * key.PublicKey.Blob.Length) + 256 + Encoding.UTF8.GetMaxByteCount(comment.Length)];
        var writer = new SshWriter(buffer);
        var check = RandomNumberGenerator.GetBytes(4);
        writer.WriteBytes(check);
        writer.WriteBytes(check);
        writer.WriteString(key.PublicKey.KeyType);
        switch (key)
        {
            case Ed25519PrivateKey ed25519:
                WriteEd25519(ref writer, ed25519);
                break;
            case RsaPrivateKey rsa:
                WriteRsa(ref writer, rsa);
                break;
            case EcdsaPrivateKey ecdsa:
                WriteEcdsa(ref writer, ecdsa);
                break;
            default:
                throw new ArgumentException("A private key of an unknown type.", nameof(key));
        }

        writer.WriteString(comment);
        for (byte pad = 1; writer.Position % blockSize != 0; pad++)
        {
            writer.WriteByte(pad);
        }

        var exact = writer.Written.ToArray();
        CryptographicOperations.ZeroMemory(buffer);
        return exact;
    }

    private static void WriteEd25519(ref SshWriter writer, Ed25519PrivateKey key)
    {
        var pair = new byte[2 * Ed25519KeyLength];
        var publicKey = key.PublicKey.Blob.Span[^Ed25519KeyLength..];
        key.CopySeedTo(pair);
        publicKey.CopyTo(pair.AsSpan(Ed25519KeyLength));
        writer.WriteString(publicKey);
        writer.WriteString(pair.AsSpan());
        CryptographicOperations.ZeroMemory(pair);
    }

    private static void WriteRsa(ref SshWriter writer, RsaPrivateKey key)
    {
        var numbers = key.ExportParameters();
        writer.WriteMpint(numbers.Modulus);
        writer.WriteMpint(numbers.Exponent);
        writer.WriteMpint(numbers.D);
        writer.WriteMpint(numbers.InverseQ);
        writer.WriteMpint(numbers.P);
        writer.WriteMpint(numbers.Q);
        foreach (var secret in (ReadOnlySpan<byte[]?>)[numbers.D, numbers.P, numbers.Q, numbers.DP, numbers.DQ, numbers.InverseQ])
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static void WriteEcdsa(ref SshWriter writer, EcdsaPrivateKey key)
    {
        // The public blob is type, curve, Q; curve and Q stand here as they stand there.
        var reader = new SshReader(key.PublicKey.Blob.Span);
        reader.ReadString();
        writer.WriteBytes(reader.Rest);
        var numbers = key.ExportParameters();
        writer.WriteMpint(numbers.D);
        CryptographicOperations.ZeroMemory(numbers.D);
    }

    private static byte[] Wrap(ReadOnlySpan<byte> base64)
    {
        var lines = (base64.Length + Columns - 1) / Columns;
        var file = new byte[Begin.Length + base64.Length + lines + End.Length];
        var target = file.AsSpan();
        Begin.CopyTo(target);
        target = target[Begin.Length..];
        while (!base64.IsEmpty)
        {
            var count = Math.Min(Columns, base64.Length);
            base64[..count].CopyTo(target);
            target[count] = (byte)'\n';
            base64 = base64[count..];
            target = target[(count + 1)..];
        }

        End.CopyTo(target);
        return file;
    }

    /// <summary>Apart, so that it is looked up when the first key is encrypted.</summary>
    private static class Ciphers
    {
        public static readonly nint Aes256Ctr = CipherContext.Fetch("AES-256-CTR");
    }
}
