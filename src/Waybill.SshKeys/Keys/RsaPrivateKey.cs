using System.Numerics;
using System.Security.Cryptography;

namespace Waybill.SshKeys.Keys;

/// <summary>ssh-rsa, signing with SHA-2 only.</summary>
public sealed class RsaPrivateKey : SshPrivateKey
{
    private readonly RSAParameters _parameters;
    private readonly RsaPublicKey _public;
    private readonly Spare<RSA> _spare;
    private bool _disposed;

    internal RsaPrivateKey(RSAParameters parameters)
    {
        var modulus = parameters.Modulus.AsSpan().TrimStart((byte)0);
        var exponent = parameters.Exponent.AsSpan().TrimStart((byte)0);
        var error = RsaPublicKey.TryCreate(modulus, exponent, out var publicKey);
        _public = publicKey ?? throw new CryptographicException($"The public half of this RSA key is refused: {error}.");
        _parameters = Complete(parameters, modulus.ToArray(), exponent.ToArray());
        _spare = new Spare<RSA>(() => RSA.Create(_parameters), Environment.ProcessorCount);
        try
        {
            // A private half that does not belong to the public one would come to light as a login that nobody can explain.
            ReadOnlySpan<byte> probe = "probe"u8;
            if (!_public.Verify(RsaPublicKey.Sha256, probe, Sign(RsaPublicKey.Sha256, probe)))
            {
                throw new CryptographicException("The numbers of this RSA key do not belong together.");
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override SshPublicKey PublicKey => _public;

    /// <summary>All numbers, for a key file; the caller wipes the secret ones.</summary>
    public RSAParameters ExportParameters()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new RSAParameters
        {
            Modulus = [.. _parameters.Modulus!],
            Exponent = [.. _parameters.Exponent!],
            D = [.. _parameters.D!],
            P = [.. _parameters.P!],
            Q = [.. _parameters.Q!],
            DP = [.. _parameters.DP!],
            DQ = [.. _parameters.DQ!],
            InverseQ = [.. _parameters.InverseQ!],
        };
    }

    /// <inheritdoc/>
    public override byte[] Sign(string algorithm, ReadOnlySpan<byte> data)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!RsaPublicKey.TryGetHash(algorithm, out var hash))
        {
            throw new ArgumentException($"An RSA key cannot sign with {algorithm}.", nameof(algorithm));
        }

        Span<byte> signature = stackalloc byte[_parameters.Modulus!.Length];
        var key = _spare.Take();
        if (!key.TrySignData(data, signature, hash, RSASignaturePadding.Pkcs1, out var written) || written != signature.Length)
        {
            throw new CryptographicException("RSA signing failed.");
        }

        _spare.Return(key);
        return SignatureBlob.Write(algorithm, signature);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _disposed = true;
        Wipe(_parameters);
        _spare.Drop();
    }

    internal static void Wipe(RSAParameters parameters)
    {
        foreach (var secret in (ReadOnlySpan<byte[]?>)[parameters.D, parameters.P, parameters.Q, parameters.DP, parameters.DQ, parameters.InverseQ])
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>.NET wants all eight numbers, each with its exact length.</summary>
    private static RSAParameters Complete(RSAParameters given, byte[] modulus, byte[] exponent)
    {
        var half = (modulus.Length + 1) / 2;
        var d = Number(given.D);
        var p = Number(given.P);
        var q = Number(given.Q);
        if (d.Sign <= 0 || p <= BigInteger.One || q <= BigInteger.One || p * q != Number(modulus))
        {
            throw new CryptographicException("The numbers of this RSA key do not belong together.");
        }

        return new RSAParameters
        {
            Modulus = modulus,
            Exponent = exponent,
            D = Fixed(d, modulus.Length),
            P = Fixed(p, half),
            Q = Fixed(q, half),
            DP = Fixed(given.DP is null ? d % (p - 1) : Number(given.DP), half),
            DQ = Fixed(given.DQ is null ? d % (q - 1) : Number(given.DQ), half),
            InverseQ = Fixed(given.InverseQ is null ? BigInteger.ModPow(q, p - 2, p) : Number(given.InverseQ), half),
        };
    }

    private static BigInteger Number(byte[]? magnitude) => new(magnitude, isUnsigned: true, isBigEndian: true);

    private static byte[] Fixed(BigInteger number, int length)
    {
        var bytes = GC.AllocateArray<byte>(length, pinned: true);
        Span<byte> magnitude = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        if (magnitude.Length > length)
        {
            throw new CryptographicException("A number of this RSA key is longer than its modulus allows.");
        }

        magnitude.CopyTo(bytes.AsSpan(length - magnitude.Length));
        CryptographicOperations.ZeroMemory(magnitude);
        return bytes;
    }
}
