using System.Numerics;

namespace Waybill.TestKit;

/// <summary>The primes of RFC 3526, from their definition and not from a table that somebody typed.</summary>
public static class Rfc3526
{
    /// <summary>2^bits - 2^(bits - 64) - 1 + 2^64 * (floor(2^(bits - 130) * pi) + offset), for 2,048 and 4,096 bits.</summary>
    public static BigInteger Prime(int bits)
    {
        var offset = bits switch
        {
            2048 => 124_476,
            4096 => 240_904,
            _ => throw new ArgumentOutOfRangeException(nameof(bits)),
        };
        return BigInteger.Pow(2, bits) - BigInteger.Pow(2, bits - 64) - 1 + (BigInteger.Pow(2, 64) * (Pi(bits - 130) + offset));
    }

    /// <summary>floor(2^bits * pi), by Machin's formula.</summary>
    private static BigInteger Pi(int bits)
    {
        const int Guard = 64;
        var one = BigInteger.One << (bits + Guard);
        return ((16 * ArcTangentOfInverse(5, one)) - (4 * ArcTangentOfInverse(239, one))) >> Guard;
    }

    private static BigInteger ArcTangentOfInverse(int x, BigInteger one)
    {
        var sum = BigInteger.Zero;
        var term = one / x;
        for (var n = 1; !term.IsZero; n += 2)
        {
            sum += n % 4 == 1 ? term / n : -(term / n);
            term /= x * x;
        }

        return sum;
    }
}
