using System.Security.Cryptography;

namespace Waybill.SshKeys.Crypto;

/// <summary>A curve of RFC 5656: its SSH name, its hash (section 6.2.1), its point format.</summary>
internal sealed class EcCurve
{
    /// <summary>SEC 1 section 2.3.3: an uncompressed point. No implementation sends another form.</summary>
    private const byte Uncompressed = 4;

    private EcCurve(string name, int bits, ECCurve curve, HashAlgorithmName hash)
    {
        Name = name;
        Bits = bits;
        Curve = curve;
        Hash = hash;
        CoordinateLength = (bits + 7) / 8;
    }

    public static EcCurve P256 { get; } = new("nistp256", 256, ECCurve.NamedCurves.nistP256, HashAlgorithmName.SHA256);

    public static EcCurve P384 { get; } = new("nistp384", 384, ECCurve.NamedCurves.nistP384, HashAlgorithmName.SHA384);

    public static EcCurve P521 { get; } = new("nistp521", 521, ECCurve.NamedCurves.nistP521, HashAlgorithmName.SHA512);

    public static IReadOnlyList<EcCurve> All { get; } = [P256, P384, P521];

    public string Name { get; }

    public int Bits { get; }

    public ECCurve Curve { get; }

    public HashAlgorithmName Hash { get; }

    public int CoordinateLength { get; }

    /// <summary>Takes a point apart; whether it is on the curve shows when it is imported.</summary>
    public bool TryReadPoint(ReadOnlySpan<byte> encoded, out ECPoint point)
    {
        if (encoded.Length != 1 + (2 * CoordinateLength) || encoded[0] != Uncompressed)
        {
            point = default;
            return false;
        }

        point = new ECPoint { X = encoded.Slice(1, CoordinateLength).ToArray(), Y = encoded[(1 + CoordinateLength)..].ToArray() };
        return true;
    }

    public static byte[] WritePoint(ECPoint point) => [Uncompressed, .. point.X!, .. point.Y!];
}
