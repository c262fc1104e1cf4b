using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Waybill.SshKeys.Crypto;

/// <summary>ecdh-sha2-nistp256, 384 and 521 (RFC 5656 section 4): uncompressed points, the x coordinate as mpint.</summary>
internal sealed class NistKeyAgreement(string name, EcCurve curve) : SymmetricKeyAgreement
{
    public override string Name => name;

    public override HashAlgorithmName Hash => curve.Hash;

    public override bool SharesAreMpints => false;

    public override KeyAgreementClient StartAsClient() => new NistHalf(curve);

    internal override bool LooksValid(ReadOnlySpan<byte> share) => curve.TryReadPoint(share, out _);
}

/// <summary>One ephemeral key on a NIST curve.</summary>
internal sealed class NistHalf : KeyAgreementClient
{
    private readonly EcCurve _curve;
    private readonly ECDiffieHellman _key;

    public NistHalf(EcCurve curve)
        : this(curve, ECDiffieHellman.Create(curve.Curve))
    {
    }

    internal NistHalf(EcCurve curve, ECDiffieHellman key)
    {
        _curve = curve;
        _key = key;
        Share = EcCurve.WritePoint(_key.ExportParameters(includePrivateParameters: false).Q);
    }

    public override ReadOnlyMemory<byte> Share { get; }

    public override bool TryFinish(ReadOnlySpan<byte> serverShare, [NotNullWhen(true)] out byte[]? secret)
    {
        secret = null;
        if (!_curve.TryReadPoint(serverShare, out var point))
        {
            return false;
        }

        try
        {
            // The import checks that the point is on the curve; these curves have cofactor 1, so that is all.
            using var peer = ECDiffieHellman.Create(new ECParameters { Curve = _curve.Curve, Q = point });
            using var peerKey = peer.PublicKey;
            secret = _key.DeriveRawSecretAgreement(peerKey);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    public override void Dispose() => _key.Dispose();
}
