using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Waybill.Core.Passwords;

/// <summary>
/// Passwords as ASP.NET Core Identity's version 3 keeps them, so that its hasher reads ours: base64 of 0x01, then in big-endian four-byte numbers the hash (2 is
/// HMAC-SHA-512), the rounds and the length of the salt, then salt and PBKDF2's output.
/// </summary>
internal static class PasswordHash
{
    /// <summary>Rounds of a new one: what OWASP asks of PBKDF2 with HMAC-SHA-512.</summary>
    public const int Rounds = 210_000;

    private const byte Version3 = 0x01;
    private const uint Sha512 = 2;
    private const int SaltLength = 16;
    private const int KeyLength = 32;
    private const int HeadLength = 1 + (3 * sizeof(uint));

    /// <summary>What is compared with for a person who is not there: as much work, and no password fits.</summary>
    public static string OfNobody { get; } = Pack(Rounds, RandomNumberGenerator.GetBytes(SaltLength), RandomNumberGenerator.GetBytes(KeyLength));

    public static string Create(string password) => Create(password, Rounds);

    /// <summary>With other rounds, for tests that compare often.</summary>
    internal static string Create(string password, int rounds)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltLength);
        return Pack(rounds, salt, Rfc2898DeriveBytes.Pbkdf2(password, salt, rounds, HashAlgorithmName.SHA512, KeyLength));
    }

    /// <summary>Whether it is the password. Whatever the column holds, the answer is no and not an exception.</summary>
    public static bool Verify(string hash, string password)
    {
        var bytes = new byte[HeadLength + SaltLength + KeyLength];
        return Convert.TryFromBase64String(hash, bytes, out var length) && length == bytes.Length && bytes[0] == Version3
            && BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(1)) == Sha512
            && BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(1 + (2 * sizeof(uint)))) == SaltLength
            && BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(1 + sizeof(uint))) is > 0 and <= 10 * Rounds and var rounds
            && CryptographicOperations.FixedTimeEquals(
                Rfc2898DeriveBytes.Pbkdf2(password, bytes.AsSpan(HeadLength, SaltLength), (int)rounds, HashAlgorithmName.SHA512, KeyLength), bytes.AsSpan(HeadLength + SaltLength));
    }

    private static string Pack(int rounds, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> key)
    {
        var bytes = new byte[HeadLength + salt.Length + key.Length];
        bytes[0] = Version3;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(1), Sha512);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(1 + sizeof(uint)), (uint)rounds);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(1 + (2 * sizeof(uint))), (uint)salt.Length);
        salt.CopyTo(bytes.AsSpan(HeadLength));
        key.CopyTo(bytes.AsSpan(HeadLength + salt.Length));
        return Convert.ToBase64String(bytes);
    }
}
