using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Waybill.Core.People;

/// <summary>One-time codes of RFC 6238 as every authenticator makes them: HMAC-SHA-1, 30 seconds, six digits.</summary>
internal static class Totp
{
    /// <summary>Bytes of a secret: as long as the hash (RFC 4226 4, R6).</summary>
    public const int SecretLength = 20;

    /// <summary>Steps before and after now that count: clocks of telephones differ, and typing takes time.</summary>
    public const int Window = 1;

    private const int Digits = 6;
    private const int StepSeconds = 30;

    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(SecretLength);

    public static long StepOf(DateTimeOffset time) => time.ToUnixTimeSeconds() / StepSeconds;

    /// <summary>The code of a step (RFC 4226 5.3).</summary>
    public static string Code(ReadOnlySpan<byte> secret, long step, int digits = Digits)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
#pragma warning disable CA5350 // RFC 6238's own hash: what authenticators support; HMAC does not need SHA-1's collision resistance.
        HMACSHA1.HashData(secret, counter, hash);
#pragma warning restore CA5350
        var truncated = BinaryPrimitives.ReadInt32BigEndian(hash[(hash[^1] & 0xF)..]) & int.MaxValue;
        var modulus = 1;
        for (var i = 0; i < digits; i++)
        {
            modulus *= 10;
        }

        return (truncated % modulus).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
    }

    /// <summary>The step that a code is of, after the one that was used last; null when it is of none. Every step is compared, so that the time says nothing.</summary>
    public static long? Match(ReadOnlySpan<byte> secret, string typed, DateTimeOffset now, long lastUsed)
    {
        var code = Normalise(typed);
        var current = StepOf(now);
        long? found = null;
        for (var step = current - Window; step <= current + Window; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Code(secret, step)), Encoding.ASCII.GetBytes(code)) && step > lastUsed)
            {
                found ??= step;
            }
        }

        return found;
    }

    /// <summary>What an authenticator reads: otpauth://totp/Issuer:account?secret=….</summary>
    public static string Uri(ReadOnlySpan<byte> secret, string issuer, string email)
    {
        var name = System.Uri.EscapeDataString(issuer.Replace(':', ' '));
        return $"otpauth://totp/{name}:{System.Uri.EscapeDataString(email)}?secret={Base32.Encode(secret)}&issuer={name}";
    }

    /// <summary>People type a code as their telephone shows it: 123 456.</summary>
    private static string Normalise(string typed)
    {
        const int Longest = 16;
        var digits = typed.Length > Longest ? "" : string.Concat(typed.Where(static c => c is not (' ' or '-')));
        return digits.Length == Digits && digits.All(char.IsAsciiDigit) ? digits : "-";
    }
}
