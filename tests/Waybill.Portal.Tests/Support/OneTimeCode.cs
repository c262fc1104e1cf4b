using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Waybill.Portal.Tests.Support;

/// <summary>An authenticator (RFC 6238: HMAC-SHA-1, 30 seconds, six digits), made from the standard and not from the program.</summary>
internal static class OneTimeCode
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>The code of a step: of now, or so many later.</summary>
    public static string Of(string base32, int later = 0)
    {
        var bytes = new byte[base32.Length * 5 / 8];
        var (bits, count, at) = (0, 0, 0);
        foreach (var letter in base32)
        {
            (bits, count) = (((bits << 5) | Alphabet.IndexOf(letter, StringComparison.Ordinal)) & 0xFFFF, count + 5);
            if (count >= 8)
            {
                count -= 8;
                bytes[at++] = (byte)(bits >> count);
            }
        }

        var counter = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, (TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 30) + later);
#pragma warning disable CA5350 // RFC 6238's own hash.
        var hash = HMACSHA1.HashData(bytes, counter);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 0xF)) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }
}
