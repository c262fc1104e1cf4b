using System.Numerics;

namespace Waybill.SshKeys.Keys;

/// <summary>
/// The point that an Ed25519 public key encodes (RFC 8032 section 5.1.3), for the notations that show both coordinates, to find damaged keys (half of
/// all damage leads to no point) and weak ones. Public numbers only; signatures are OpenSSL's.
/// </summary>
internal static class EdwardsPoint
{
    /// <summary>p of RFC 8032 section 5.1: 2^255 - 19.</summary>
    private static readonly BigInteger Prime = BigInteger.Pow(2, 255) - 19;

    /// <summary>d of RFC 8032 section 5.1: -121665/121666.</summary>
    private static readonly BigInteger D = Modulo(-121665 * BigInteger.ModPow(121666, Prime - 2, Prime));

    /// <summary>2^((p - 1) / 4): a square root of -1.</summary>
    private static readonly BigInteger RootOfMinusOne = BigInteger.ModPow(2, (Prime - 1) / 4, Prime);

    /// <summary>Both coordinates; false when the 32 bytes encode no point.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> encoded, out BigInteger x, out BigInteger y)
    {
        y = new BigInteger(encoded, isUnsigned: true);
        var sign = y >> 255;
        y -= sign << 255;

        // x^2 = (y^2 - 1) / (d y^2 + 1)
        var u = Modulo((y * y) - 1);
        var v = Modulo((D * y * y) + 1);
        var square = Modulo(u * BigInteger.ModPow(v, Prime - 2, Prime));
        x = BigInteger.ModPow(square, (Prime + 3) / 8, Prime);
        if (Modulo(x * x) != square)
        {
            x = Modulo(x * RootOfMinusOne);
        }

        if (y >= Prime || Modulo(x * x) != square || (x.IsZero && !sign.IsZero))
        {
            return false;
        }

        x = x.IsEven == sign.IsZero ? x : Prime - x;
        return true;
    }

    /// <summary>
    /// The eight points whose multiple by 8 is the neutral one, and encodings that are no y at all: with such a "key" one signature, known to everybody,
    /// is right for every message.
    /// </summary>
    public static bool HasSmallOrder(ReadOnlySpan<byte> encoded)
    {
        var y = new BigInteger(encoded, isUnsigned: true) & ((BigInteger.One << 255) - 1);

        // Orders 1, 2 and 4: y = 1, -1 and 0. Order 8: doubled it has y = 0, so x^2 = -y^2, and the curve's equation becomes d y^4 + 2 y^2 - 1 = 0.
        return y >= Prime || y.IsZero || y.IsOne || y == Prime - 1 || Modulo((D * y * y * y * y) + (2 * y * y) - 1).IsZero;
    }

    private static BigInteger Modulo(BigInteger value)
    {
        var rest = value % Prime;
        return rest.Sign < 0 ? rest + Prime : rest;
    }
}
