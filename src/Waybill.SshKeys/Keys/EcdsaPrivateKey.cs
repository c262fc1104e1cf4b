using System.Security.Cryptography;
using Waybill.SshKeys.Crypto;
using Waybill.SshKeys.Wire;

namespace Waybill.SshKeys.Keys;

/// <summary>ecdsa-sha2-nistp256, 384 and 521.</summary>
public sealed class EcdsaPrivateKey : SshPrivateKey
{
    private readonly EcCurve _curve;
    private readonly ECParameters _parameters;
    private readonly EcdsaPublicKey _public;
    private readonly Spare<ECDsa> _spare;
    private bool _disposed;

    internal EcdsaPrivateKey(ECParameters parameters)
    {
        _curve = EcCurve.All.FirstOrDefault(curve => parameters.Curve.IsNamed && curve.Curve.Oid.Value == parameters.Curve.Oid.Value)
            ?? throw new CryptographicException("Only the curves nistp256, nistp384 and nistp521 are used in SSH.");
        var d = parameters.D.AsSpan().TrimStart((byte)0);
        if (d.IsEmpty || d.Length > _curve.CoordinateLength)
        {
            throw new CryptographicException("The private number does not fit the curve.");
        }

        var secret = GC.AllocateArray<byte>(_curve.CoordinateLength, pinned: true);
        d.CopyTo(secret.AsSpan(secret.Length - d.Length));
        try
        {
            // The import checks the point and that it belongs to the private number; it computes a missing one.
            using var key = ECDsa.Create(new ECParameters { Curve = _curve.Curve, D = secret, Q = parameters.Q });
            var point = key.ExportParameters(includePrivateParameters: false).Q;
            _parameters = new ECParameters { Curve = _curve.Curve, D = secret, Q = point };
        }
        catch
        {
            CryptographicOperations.ZeroMemory(secret);
            throw;
        }

        _public = new EcdsaPublicKey(_curve, _parameters.Q);
        _spare = new Spare<ECDsa>(() => ECDsa.Create(_parameters), Environment.ProcessorCount);
    }

    /// <inheritdoc/>
    public override SshPublicKey PublicKey => _public;

    /// <summary>Curve, point and private number, for a key file; the caller wipes the number.</summary>
    public ECParameters ExportParameters()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _public.ExportParameters() with { D = [.. _parameters.D!] };
    }

    /// <inheritdoc/>
    public override byte[] Sign(string algorithm, ReadOnlySpan<byte> data)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (algorithm != _public.KeyType)
        {
            throw new ArgumentException($"A key on {_curve.Name} cannot sign with {algorithm}.", nameof(algorithm));
        }

        var length = _curve.CoordinateLength;
        Span<byte> numbers = stackalloc byte[2 * length];
        var key = _spare.Take();
        if (!key.TrySignData(data, numbers, _curve.Hash, out var written) || written != numbers.Length)
        {
            throw new CryptographicException("ECDSA signing failed.");
        }

        _spare.Return(key);

        // mpint r
        // mpint s
        Span<byte> encoded = stackalloc byte[2 * (4 + 1 + length)];
        var writer = new SshWriter(encoded);
        writer.WriteMpint(numbers[..length]);
        writer.WriteMpint(numbers[length..]);
        return SignatureBlob.Write(algorithm, writer.Written);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_parameters.D);
        _spare.Drop();
    }
}
