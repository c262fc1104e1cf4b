using System.Numerics;
using System.Security.Cryptography;

namespace Waybill.SshKeys.Keys;

/// <summary>The numbers of a private key on their way from a file to a key, or why there are none. Wiped on disposal.</summary>
internal sealed class PrivateKeyNumbers : IDisposable
{
    private RSAParameters _rsa;
    private ECParameters _ec;
    private byte[]? _seed;

    private PrivateKeyNumbers(string? type, PrivateKeyMistake mistake) => (Type, Mistake) = (type, mistake);

    /// <summary><c>ssh-rsa</c>, ...; null with a mistake.</summary>
    public string? Type { get; }

    /// <summary>What is wrong.</summary>
    public PrivateKeyMistake Mistake { get; }

    public static PrivateKeyNumbers Refused(PrivateKeyMistake mistake) => new(null, mistake);

    public static PrivateKeyNumbers FromRsa(
        ReadOnlySpan<byte> n, ReadOnlySpan<byte> e, ReadOnlySpan<byte> d, ReadOnlySpan<byte> p, ReadOnlySpan<byte> q) => new(KeyBlob.Rsa, PrivateKeyMistake.None)
        {
            _rsa = new RSAParameters { Modulus = Magnitude(n), Exponent = Magnitude(e), D = Magnitude(d), P = Magnitude(p), Q = Magnitude(q) },
        };

    /// <summary>The point is left out when the file has none or a compressed one; it is then computed.</summary>
    public static PrivateKeyNumbers FromEcdsa(string curve, ReadOnlySpan<byte> d, ReadOnlySpan<byte> point)
    {
        var oid = curve switch
        {
            KeyBlob.P256 => DerKey.P256Oid,
            KeyBlob.P384 => DerKey.P384Oid,
            _ => DerKey.P521Oid,
        };
        var half = point.Length / 2;
        var hasPoint = point.Length > 2 && point.Length % 2 == 1 && point[0] == 4;
        return new(KeyBlob.EcdsaPrefix + curve, PrivateKeyMistake.None)
        {
            _ec = new ECParameters
            {
                Curve = ECCurve.CreateFromValue(oid),
                D = Magnitude(d),
                Q = hasPoint ? new ECPoint { X = point.Slice(1, half).ToArray(), Y = point[(1 + half)..].ToArray() } : default,
            },
        };
    }

    public static PrivateKeyNumbers FromEd25519(ReadOnlySpan<byte> seed) => new(KeyBlob.Ed25519, PrivateKeyMistake.None) { _seed = seed.ToArray() };

    /// <summary>
    /// The blob of the public half that these numbers are the private half of; null when they are none. Of RSA the factors of the modulus are proof enough, and a stranger's
    /// numbers are not computed with any further.
    /// </summary>
    public byte[]? ProvenPublicBlob()
    {
        if (Type == KeyBlob.Rsa)
        {
            var (p, q) = (Number(_rsa.P), Number(_rsa.Q));
            return p > BigInteger.One && q > BigInteger.One && p * q == Number(_rsa.Modulus) ? KeyBlob.FromRsa(_rsa.Modulus, _rsa.Exponent) : null;
        }

        try
        {
            using SshPrivateKey key = Type == KeyBlob.Ed25519 ? SshPrivateKeys.FromEd25519Seed(_seed) : SshPrivateKeys.FromEcdsa(_ec);
            return key.PublicKey.Blob.ToArray();
        }
        catch (CryptographicException)
        {
            return null;
        }

        static BigInteger Number(byte[]? magnitude) => new(magnitude, isUnsigned: true, isBigEndian: true);
    }

    /// <summary>The key; a mistake when the numbers are none.</summary>
    public PrivateKeyReading ToKey(string? comment)
    {
        if (Type is null)
        {
            return PrivateKeyReading.Refused(Mistake);
        }

        if (Type == KeyBlob.Rsa)
        {
            var error = SshPublicKeys.TryParse(KeyBlob.FromRsa(_rsa.Modulus, _rsa.Exponent), out _);
            if (error != PublicKeyError.None)
            {
                return PrivateKeyReading.Refused(error switch
                {
                    PublicKeyError.TooShort => PrivateKeyMistake.RsaTooShort,
                    PublicKeyError.TooLong => PrivateKeyMistake.RsaTooLong,
                    _ => PrivateKeyMistake.Damaged,
                });
            }
        }

        try
        {
            return PrivateKeyReading.Accepted(
                Type switch
                {
                    KeyBlob.Rsa => SshPrivateKeys.FromRsa(_rsa),
                    KeyBlob.Ed25519 => SshPrivateKeys.FromEd25519Seed(_seed),
                    _ => SshPrivateKeys.FromEcdsa(_ec),
                },
                comment);
        }
        catch (CryptographicException)
        {
            // Whatever the library says of the numbers stays here: its words may be about a secret.
            return PrivateKeyReading.Refused(PrivateKeyMistake.Damaged);
        }
    }

    public void Dispose()
    {
        foreach (var secret in (ReadOnlySpan<byte[]?>)[_rsa.D, _rsa.P, _rsa.Q, _ec.D, _seed])
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static byte[] Magnitude(ReadOnlySpan<byte> number) => number.TrimStart((byte)0).ToArray();
}
