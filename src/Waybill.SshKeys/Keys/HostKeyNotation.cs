using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

using Waybill.SshKeys.Wire;

namespace Waybill.SshKeys.Keys;

/// <summary>A host key as the clients' own files and DNS hold it.</summary>
public static class HostKeyNotation
{
    private const int DefaultPort = 22;

    /// <summary>p of RFC 8032 section 5.1: 2^255 - 19.</summary>
    private static readonly BigInteger Prime = BigInteger.Pow(2, 255) - 19;

    /// <summary>d of RFC 8032 section 5.1: -121665/121666.</summary>
    private static readonly BigInteger D = Modulo(-121665 * BigInteger.ModPow(121666, Prime - 2, Prime));

    /// <summary>The OpenSSH line: type, base64, comment.</summary>
    public static string OpenSshLine(SshPublicKey key, string? comment = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        return $"{key.KeyType} {Convert.ToBase64String(key.Blob.Span)}{(string.IsNullOrEmpty(comment) ? "" : " " + comment)}";
    }

    /// <summary>A line of known_hosts: the port is named unless it is 22.</summary>
    public static string KnownHostsLine(string host, int port, SshPublicKey key) =>
        $"{(port == DefaultPort ? host : $"[{host}]:{port}")} {OpenSshLine(key)}";

    /// <summary>The SSHFP records of a host key: SHA-1 and SHA-256.</summary>
    public static IReadOnlyList<SshfpRecord> Sshfp(SshPublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var algorithm = key.KeyType switch
        {
            KeyBlob.Rsa => 1,
            KeyBlob.Ed25519 => 4,
            _ => 3,
        };
        var blob = key.Blob.Span;

#pragma warning disable CA5350 // RFC 4255 knows no other hash; ssh-keygen -r writes both records too.
        var sha1 = SHA1.HashData(blob);
#pragma warning restore CA5350
        return
        [
            new(algorithm, 1, Convert.ToHexStringLower(sha1)),
            new(algorithm, 2, Convert.ToHexStringLower(SHA256.HashData(blob))),
        ];
    }

    /// <summary>The name under which PuTTY and WinSCP keep a host key: <c>rsa2@2222:sftp.example.com</c>.</summary>
    public static string PuttyCacheName(string host, int port, SshPublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return $"{(key.KeyType == KeyBlob.Rsa ? "rsa2" : key.KeyType)}@{port}:{host}";
    }

    /// <summary>The value that PuTTY and WinSCP keep: the numbers of the key in hex.</summary>
    /// <exception cref="ArgumentException">The key is an Ed25519 key whose point does not exist, which no host key is.</exception>
    public static string PuttyCacheValue(SshPublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var reader = new SshReader(key.Blob.Span);
        reader.ReadString();
        switch (key.KeyType)
        {
            case KeyBlob.Rsa:
                var exponent = reader.ReadPositiveMpint();
                var modulus = reader.ReadPositiveMpint();
                return $"{Hex(FromBigEndian(exponent))},{Hex(FromBigEndian(modulus))}";
            case KeyBlob.Ed25519:
                var (x, y) = DecodePoint(reader.ReadString());
                return $"{Hex(x)},{Hex(y)}";
            default:
                reader.ReadString();
                var point = reader.ReadString()[1..]; // behind the 4 of an uncompressed point
                var half = point.Length / 2;
                return $"{key.KeyType[KeyBlob.EcdsaPrefix.Length..]},{Hex(FromBigEndian(point[..half]))},{Hex(FromBigEndian(point[half..]))}";
        }
    }

    /// <summary>RFC 8032 section 5.1.3: x from the sign bit and y.</summary>
    private static (BigInteger X, BigInteger Y) DecodePoint(ReadOnlySpan<byte> encoded)
    {
        var y = new BigInteger(encoded, isUnsigned: true);
        var sign = y >> 255;
        y -= sign << 255;

        // x^2 = (y^2 - 1) / (d y^2 + 1)
        var u = Modulo((y * y) - 1);
        var v = Modulo((D * y * y) + 1);
        var square = Modulo(u * BigInteger.ModPow(v, Prime - 2, Prime));
        var x = BigInteger.ModPow(square, (Prime + 3) / 8, Prime);
        if (Modulo(x * x) != square)
        {
            x = Modulo(x * BigInteger.ModPow(2, (Prime - 1) / 4, Prime));
        }

        if (y >= Prime || Modulo(x * x) != square || (x.IsZero && !sign.IsZero))
        {
            throw new ArgumentException("The key is no point of edwards25519.");
        }

        return (x.IsEven == sign.IsZero ? x : Prime - x, y);
    }

    private static BigInteger Modulo(BigInteger value)
    {
        var rest = value % Prime;
        return rest.Sign < 0 ? rest + Prime : rest;
    }

    private static BigInteger FromBigEndian(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static string Hex(BigInteger value) =>
        value.IsZero ? "0x0" : "0x" + value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
}
