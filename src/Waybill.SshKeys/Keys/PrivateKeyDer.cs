using System.Formats.Asn1;

namespace Waybill.SshKeys.Keys;

/// <summary>The inside of unencrypted PEM private keys: PKCS#1 (RFC 8017 A.1.2), SEC 1 (RFC 5915) and PKCS#8 (RFC 5958).</summary>
internal static class PrivateKeyDer
{
    private const int Ed25519SeedLength = 32;
    private static readonly Asn1Tag Parameters = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag PublicKey = new(TagClass.ContextSpecific, 1, isConstructed: true);

    public static PrivateKeyNumbers Read(ReadOnlyMemory<byte> der)
    {
        try
        {
            var outer = new AsnReader(der, AsnEncodingRules.DER);
            var content = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            var version = content.PeekTag().HasSameClassAndValue(Asn1Tag.Integer) ? content.ReadIntegerBytes().Span : [];
            var next = content.PeekTag();
            if (version is not ([0] or [1]))
            {
                // EncryptedPrivateKeyInfo begins with an AlgorithmIdentifier and has no version.
                var isEncrypted = version.IsEmpty && next.HasSameClassAndValue(Asn1Tag.Sequence);
                return PrivateKeyNumbers.Refused(isEncrypted ? PrivateKeyMistake.Encrypted : PrivateKeyMistake.Damaged);
            }

            return next switch
            {
                _ when next.HasSameClassAndValue(Asn1Tag.Sequence) => ReadPrivateKeyInfo(content),
                _ when next.HasSameClassAndValue(Asn1Tag.PrimitiveOctetString) => ReadEcPrivateKey(content, curve: null),
                _ => ReadRsaPrivateKey(content),
            };
        }
        catch (AsnContentException)
        {
            return PrivateKeyNumbers.Refused(PrivateKeyMistake.Damaged);
        }
    }

    /// <summary>PrivateKeyInfo: version, privateKeyAlgorithm, privateKey, attributes [0], publicKey [1].</summary>
    private static PrivateKeyNumbers ReadPrivateKeyInfo(AsnReader content)
    {
        var algorithm = content.ReadSequence();
        var oid = algorithm.ReadObjectIdentifier();
        if (!content.TryReadPrimitiveOctetString(out var key))
        {
            return PrivateKeyNumbers.Refused(PrivateKeyMistake.Damaged);
        }

        var inner = new AsnReader(key, AsnEncodingRules.DER);
        switch (oid)
        {
            case DerKey.RsaOid:
                var numbers = inner.ReadSequence();
                numbers.ReadIntegerBytes();
                return ReadRsaPrivateKey(numbers);
            case DerKey.EcOid:
                var isNamed = algorithm.HasData && algorithm.PeekTag().HasSameClassAndValue(Asn1Tag.ObjectIdentifier);
                if ((isNamed ? DerKey.CurveName(algorithm.ReadObjectIdentifier()) : null) is not { } curve)
                {
                    return PrivateKeyNumbers.Refused(PrivateKeyMistake.UnsupportedType);
                }

                var point = inner.ReadSequence();
                point.ReadIntegerBytes();
                return ReadEcPrivateKey(point, curve);
            case DerKey.Ed25519Oid:
                // CurvePrivateKey, RFC 8410 section 7: an OCTET STRING in the OCTET STRING
                return inner.TryReadPrimitiveOctetString(out var seed) && seed.Length == Ed25519SeedLength
                    ? PrivateKeyNumbers.FromEd25519(seed.Span)
                    : PrivateKeyNumbers.Refused(PrivateKeyMistake.Damaged);
            default:
                return PrivateKeyNumbers.Refused(PrivateKeyMistake.UnsupportedType);
        }
    }

    /// <summary>RSAPrivateKey behind its version: n, e, d, p, q; the rest follows from these. OpenSSL's DSA form has fewer numbers.</summary>
    private static PrivateKeyNumbers ReadRsaPrivateKey(AsnReader content)
    {
        var n = content.ReadIntegerBytes();
        var e = content.ReadIntegerBytes();
        var d = content.ReadIntegerBytes();
        var p = content.ReadIntegerBytes();
        var q = content.ReadIntegerBytes();
        if (!content.HasData)
        {
            return PrivateKeyNumbers.Refused(PrivateKeyMistake.UnsupportedType);
        }

        for (var i = 0; i < 3; i++)
        {
            content.ReadIntegerBytes(); // dP, dQ, qInv
        }

        content.ThrowIfNotEmpty(); // more than two primes
        return PrivateKeyNumbers.FromRsa(n.Span, e.Span, d.Span, p.Span, q.Span);
    }

    /// <summary>ECPrivateKey behind its version: privateKey, parameters [0], publicKey [1].</summary>
    private static PrivateKeyNumbers ReadEcPrivateKey(AsnReader content, string? curve)
    {
        if (!content.TryReadPrimitiveOctetString(out var d))
        {
            return PrivateKeyNumbers.Refused(PrivateKeyMistake.Damaged);
        }

        if (content.HasData && content.PeekTag() == Parameters)
        {
            var parameters = content.ReadSequence(Parameters);
            curve ??= parameters.PeekTag().HasSameClassAndValue(Asn1Tag.ObjectIdentifier) ? DerKey.CurveName(parameters.ReadObjectIdentifier()) : null;
        }

        if (curve is null)
        {
            return PrivateKeyNumbers.Refused(PrivateKeyMistake.UnsupportedType);
        }

        ReadOnlySpan<byte> point = default;
        if (content.HasData && content.PeekTag() == PublicKey)
        {
            point = content.ReadSequence(PublicKey).ReadBitString(out _);
        }

        content.ThrowIfNotEmpty();
        return PrivateKeyNumbers.FromEcdsa(curve, d.Span, point);
    }
}
