using System.Security.Cryptography;
using Waybill.SshKeys.Crypto;

namespace Waybill.SshKeys.Keys;

/// <summary>Private keys, new ones and from their secret numbers.</summary>
public static class SshPrivateKeys
{
    /// <summary>A new Ed25519 key.</summary>
    public static Ed25519PrivateKey GenerateEd25519()
    {
        Span<byte> seed = stackalloc byte[EvpKeys.KeyLength];
        RandomNumberGenerator.Fill(seed);
        var key = new Ed25519PrivateKey(seed);
        CryptographicOperations.ZeroMemory(seed);
        return key;
    }

    /// <summary>A new RSA key with exponent 65537.</summary>
    /// <param name="bits">2,048 to 16,384, a multiple of 8.</param>
    public static RsaPrivateKey GenerateRsa(int bits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, RsaPublicKey.MinBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, RsaPublicKey.MaxBits);
        using var rsa = RSA.Create(bits);
        var parameters = rsa.ExportParameters(includePrivateParameters: true);
        try
        {
            return new RsaPrivateKey(parameters);
        }
        finally
        {
            RsaPrivateKey.Wipe(parameters);
        }
    }

    /// <summary>A new ECDSA key.</summary>
    /// <param name="bits">256, 384 or 521.</param>
    public static EcdsaPrivateKey GenerateEcdsa(int bits)
    {
        var curve = EcCurve.All.FirstOrDefault(known => known.Bits == bits) ?? throw new ArgumentOutOfRangeException(nameof(bits));
        using var ecdsa = ECDsa.Create(curve.Curve);
        var parameters = ecdsa.ExportParameters(includePrivateParameters: true);
        try
        {
            return new EcdsaPrivateKey(parameters);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(parameters.D);
        }
    }

    /// <summary>An Ed25519 key from the 32 bytes of RFC 8032 section 5.1.5.</summary>
    public static Ed25519PrivateKey FromEd25519Seed(ReadOnlySpan<byte> seed) =>
        seed.Length == EvpKeys.KeyLength ? new(seed) : throw new CryptographicException("An Ed25519 seed has 32 bytes.");

    /// <summary>
    /// An RSA key. Modulus, Exponent, D, P and Q are needed, of any length with leading zeros or without; DP, DQ and InverseQ are computed when
    /// they are missing. The arrays remain the caller's, to be wiped.
    /// </summary>
    /// <exception cref="CryptographicException">The numbers are no key, do not belong together, or the public half would be refused.</exception>
    public static RsaPrivateKey FromRsa(RSAParameters parameters) => new(parameters);

    /// <summary>An ECDSA key on one of the three curves. Q may be left out. The arrays remain the caller's, to be wiped.</summary>
    /// <exception cref="CryptographicException">Not one of the curves, or the numbers do not belong together.</exception>
    public static EcdsaPrivateKey FromEcdsa(ECParameters parameters) => new(parameters);
}
