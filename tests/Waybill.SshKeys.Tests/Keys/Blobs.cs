using System.Numerics;
using System.Security.Cryptography;
using Waybill.SshKeys.Wire;

namespace Waybill.SshKeys.Tests.Keys;

/// <summary>Key and signature blobs, also ones that no key of ours would make.</summary>
internal static class Blobs
{
    private const int Room = 40_000;

    public static byte[] Strings(params ReadOnlySpan<byte[]> parts)
    {
        var writer = new SshWriter(new byte[Room]);
        foreach (var part in parts)
        {
            writer.WriteString(part);
        }

        return writer.Written.ToArray();
    }

    public static byte[] Text(string text) => System.Text.Encoding.ASCII.GetBytes(text);

    public static byte[] Mpint(BigInteger number)
    {
        var writer = new SshWriter(new byte[Room]);
        writer.WriteMpint(number.ToByteArray(isUnsigned: true, isBigEndian: true));
        return writer.Written.ToArray();
    }

    public static byte[] Rsa(BigInteger modulus, BigInteger exponent) => [.. Strings(Text("ssh-rsa")), .. Mpint(exponent), .. Mpint(modulus)];

    /// <summary>An odd number of exactly that many bits.</summary>
    public static BigInteger OddNumber(int bits) => (BigInteger.One << (bits - 1)) + 12_345;

    /// <summary>An RSA key with an exponent that .NET would not choose, and without the CRT numbers.</summary>
    public static RSAParameters RsaWithExponent(int bits, BigInteger exponent)
    {
        while (true)
        {
            using var rsa = RSA.Create(bits);
            var parameters = rsa.ExportParameters(includePrivateParameters: true);
            var p = new BigInteger(parameters.P, isUnsigned: true, isBigEndian: true);
            var q = new BigInteger(parameters.Q, isUnsigned: true, isBigEndian: true);
            var phi = (p - 1) * (q - 1);
            if (BigInteger.GreatestCommonDivisor(exponent, phi).IsOne)
            {
                return new RSAParameters
                {
                    Modulus = parameters.Modulus,
                    Exponent = exponent.ToByteArray(isUnsigned: true, isBigEndian: true),
                    D = Inverse(exponent, phi).ToByteArray(isUnsigned: true, isBigEndian: true),
                    P = parameters.P,
                    Q = parameters.Q,
                };
            }
        }
    }

    private static BigInteger Inverse(BigInteger value, BigInteger modulus)
    {
        var (a, b, x, y) = (modulus, value % modulus, BigInteger.Zero, BigInteger.One);
        while (!b.IsZero)
        {
            var quotient = a / b;
            (a, b) = (b, a - (quotient * b));
            (x, y) = (y, x - (quotient * y));
        }

        return ((x % modulus) + modulus) % modulus;
    }
}
