using System.Security.Cryptography;
using System.Text;
using Waybill.SshKeys.Crypto;
using Waybill.SshKeys.Wire;

namespace Waybill.SshKeys.Keys;

/// <summary>ecdsa-sha2-nistp256, 384 and 521 (RFC 5656).</summary>
public sealed class EcdsaPublicKey : SshPublicKey
{
    private const string TypePrefix = "ecdsa-sha2-";

    private readonly EcCurve _curve;
    private readonly ECParameters _parameters;
    private readonly byte[] _blob;
    private readonly string[] _algorithms;
    private readonly Spare<ECDsa> _spare;

    internal EcdsaPublicKey(EcCurve curve, ECPoint point)
    {
        _curve = curve;
        _parameters = new ECParameters { Curve = curve.Curve, Q = point };
        KeyType = TypeName(curve);
        _algorithms = [KeyType];
        _spare = new Spare<ECDsa>(() => ECDsa.Create(_parameters));

        var encoded = EcCurve.WritePoint(point);
        _blob = new byte[4 + KeyType.Length + 4 + curve.Name.Length + 4 + encoded.Length];
        var writer = new SshWriter(_blob);
        writer.WriteString(KeyType);
        writer.WriteString(curve.Name);
        writer.WriteString(encoded);
    }

    /// <inheritdoc/>
    public override string KeyType { get; }

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> Blob => _blob;

    /// <inheritdoc/>
    public override int Bits => _curve.Bits;

    /// <inheritdoc/>
    public override IReadOnlyList<string> SignatureAlgorithms => _algorithms;

    /// <summary>Curve and point.</summary>
    public ECParameters ExportParameters() =>
        new() { Curve = _parameters.Curve, Q = new ECPoint { X = [.. _parameters.Q.X!], Y = [.. _parameters.Q.Y!] } };

    internal override SignatureVerdict Judge(string algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (algorithm != KeyType)
        {
            return SignatureVerdict.WrongAlgorithm;
        }

        if (!SignatureBlob.TryRead(signature, algorithm, out var numbers))
        {
            return SignatureVerdict.Malformed;
        }

        // mpint r
        // mpint s
        var reader = new SshReader(numbers);
        var r = reader.ReadPositiveMpint();
        var s = reader.ReadPositiveMpint();
        var length = _curve.CoordinateLength;
        if (!reader.SucceededToTheEnd || r.IsEmpty || s.IsEmpty || r.Length > length || s.Length > length)
        {
            return SignatureVerdict.WrongLength;
        }

        Span<byte> fixedLength = stackalloc byte[2 * length];
        fixedLength.Clear();
        r.CopyTo(fixedLength[(length - r.Length)..]);
        s.CopyTo(fixedLength[((2 * length) - s.Length)..]);
        try
        {
            var key = _spare.Take();
            var verified = key.VerifyData(data, fixedLength, _curve.Hash);
            _spare.Return(key);
            return verified ? SignatureVerdict.Good : SignatureVerdict.Mismatch;
        }
        catch (CryptographicException)
        {
            return SignatureVerdict.Mismatch;
        }
    }

    internal static string TypeName(EcCurve curve) => TypePrefix + curve.Name;

    internal static PublicKeyError TryParse(EcCurve curve, ref SshReader reader, out SshPublicKey? key)
    {
        // string curve name
        // string Q
        key = null;
        var name = reader.ReadString();
        var encoded = reader.ReadString();
        if (!reader.SucceededToTheEnd)
        {
            return PublicKeyError.Malformed;
        }

        if (!Ascii.Equals(name, curve.Name) || !curve.TryReadPoint(encoded, out var point))
        {
            return PublicKeyError.BadPoint;
        }

        try
        {
            // The import finds a point that is not on the curve.
            var parsed = new EcdsaPublicKey(curve, point);
            parsed._spare.Return(parsed._spare.Take());
            key = parsed;
            return PublicKeyError.None;
        }
        catch (CryptographicException)
        {
            return PublicKeyError.BadPoint;
        }
    }
}
