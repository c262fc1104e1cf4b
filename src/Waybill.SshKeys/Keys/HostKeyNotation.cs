using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

using Waybill.SshKeys.Wire;

namespace Waybill.SshKeys.Keys;

/// <summary>A host key as the clients' own files and DNS hold it.</summary>
public static class HostKeyNotation
{
    private const int DefaultPort = 22;

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
                return EdwardsPoint.TryDecode(reader.ReadString(), out var x, out var y)
                    ? $"{Hex(x)},{Hex(y)}"
                    : throw new ArgumentException("The key is no point of edwards25519.", nameof(key));
            default:
                reader.ReadString();
                var point = reader.ReadString()[1..]; // behind the 4 of an uncompressed point
                var half = point.Length / 2;
                return $"{key.KeyType[KeyBlob.EcdsaPrefix.Length..]},{Hex(FromBigEndian(point[..half]))},{Hex(FromBigEndian(point[half..]))}";
        }
    }

    private static BigInteger FromBigEndian(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static string Hex(BigInteger value) =>
        value.IsZero ? "0x0" : "0x" + value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
}
