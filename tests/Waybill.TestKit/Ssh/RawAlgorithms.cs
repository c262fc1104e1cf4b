using System.Buffers.Binary;
using System.Security.Cryptography;
using Waybill.SshKeys.Crypto;

namespace Waybill.TestKit.Ssh;

/// <summary>The sizes and names that a client must know, kept apart from the server's table.</summary>
public static class RawAlgorithms
{
    /// <summary>Ciphers, best first.</summary>
    public static IReadOnlyList<string> Ciphers { get; } =
        ["aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "chacha20-poly1305@openssh.com", "aes256-ctr", "aes192-ctr", "aes128-ctr"];

    /// <summary>MACs, best first.</summary>
    public static IReadOnlyList<string> Macs { get; } =
        ["hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512"];

    /// <summary>Every cipher with every MAC that it can have; null where it needs none.</summary>
    public static IEnumerable<(string Cipher, string? Mac)> Pairs =>
        Ciphers.SelectMany(cipher => IsAead(cipher) ? [(cipher, (string?)null)] : Macs.Select(mac => (cipher, (string?)mac)));

    /// <summary>Whether a name in the list of methods is a marker and no method.</summary>
    public static bool IsMarker(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.StartsWith("ext-info-", StringComparison.Ordinal) || name.StartsWith("kex-strict-", StringComparison.Ordinal);
    }

    /// <summary>Whether a cipher authenticates by itself.</summary>
    public static bool IsAead(string cipher)
    {
        ArgumentNullException.ThrowIfNull(cipher);
        return !cipher.EndsWith("-ctr", StringComparison.Ordinal);
    }

    /// <summary>RFC 4253 section 7.2: HASH(K || H || letter || session_id), and HASH(K || H || so far) for more; K with its length field.</summary>
    public static byte[] DeriveKey(HashAlgorithmName hash, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> exchangeHash, char letter, ReadOnlySpan<byte> sessionId, int length)
    {
        using var digest = IncrementalHash.CreateHash(hash);
        digest.AppendData(secret);
        digest.AppendData(exchangeHash);
        digest.AppendData([(byte)letter]);
        digest.AppendData(sessionId);
        var key = digest.GetHashAndReset();
        while (key.Length < length)
        {
            digest.AppendData(secret);
            digest.AppendData(exchangeHash);
            digest.AppendData(key);
            key = [.. key, .. digest.GetHashAndReset()];
        }

        return key[..length];
    }

    internal static (int Key, int Iv) SizesOf(string cipher) => cipher switch
    {
        "aes256-gcm@openssh.com" => (32, 12),
        "aes128-gcm@openssh.com" => (16, 12),
        "chacha20-poly1305@openssh.com" => (64, 0),
        "aes256-ctr" => (32, 16),
        "aes192-ctr" => (24, 16),
        "aes128-ctr" => (16, 16),
        _ => throw new ArgumentException($"The test kit does not know the cipher {cipher}.", nameof(cipher)),
    };

    internal static int MacKeyOf(string? mac) => mac is null ? 0 : mac.Contains("512", StringComparison.Ordinal) ? 64 : 32;
}
