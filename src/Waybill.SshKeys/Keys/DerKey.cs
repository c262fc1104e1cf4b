using System.Formats.Asn1;

namespace Waybill.SshKeys.Keys;

/// <summary>What a DER structure is: the inside of the PEM files, or such a file without its armour.</summary>
internal static class DerKey
{
    public const string RsaOid = "1.2.840.113549.1.1.1";
    public const string EcOid = "1.2.840.10045.2.1";
    public const string P256Oid = "1.2.840.10045.3.1.7";
    public const string P384Oid = "1.3.132.0.34";
    public const string P521Oid = "1.3.132.0.35";
    public const string Ed25519Oid = "1.3.101.112";
    public const string Ed448Oid = "1.3.101.113";
    public const string DsaOid = "1.2.840.10040.4.1";

    /// <summary>The SSH blob of a public key, or the mistake that this is; <see cref="PublicKeyMistake.Damaged"/> for anything else.</summary>
    public static Content Read(ReadOnlyMemory<byte> der)
    {
        try
        {
            var outer = new AsnReader(der, AsnEncodingRules.DER);
            var content = outer.ReadSequence();
            return outer.HasData ? new(PublicKeyMistake.Damaged) : ReadContent(content);
        }
        catch (AsnContentException)
        {
            return new(PublicKeyMistake.Damaged);
        }
    }

    /// <summary>SSH's name of a curve, or null.</summary>
    public static string? CurveName(string? oid) => oid switch
    {
        P256Oid => KeyBlob.P256,
        P384Oid => KeyBlob.P384,
        P521Oid => KeyBlob.P521,
        _ => null,
    };

    private static Content ReadContent(AsnReader content)
    {
        var first = content.PeekTag();
        if (first.HasSameClassAndValue(Asn1Tag.Integer))
        {
            var number = content.ReadIntegerBytes().Span;
            return number switch
            {
                // Version 0 or 1: RSAPrivateKey, ECPrivateKey, PrivateKeyInfo, or OpenSSL's DSA.
                [0] or [1] => new(PublicKeyMistake.PemPrivateKey),
                [3] => new(PublicKeyMistake.KeyStore),
                _ => ReadRsaPublicKey(number, content),
            };
        }

        if (!first.HasSameClassAndValue(Asn1Tag.Sequence))
        {
            return new(PublicKeyMistake.Damaged);
        }

        var algorithm = content.ReadSequence();
        var second = content.PeekTag();
        if (second.HasSameClassAndValue(Asn1Tag.PrimitiveOctetString))
        {
            return new(PublicKeyMistake.PemPrivateKey); // EncryptedPrivateKeyInfo
        }

        if (second.HasSameClassAndValue(Asn1Tag.Sequence))
        {
            return new(PublicKeyMistake.X509); // Certificate and CertificationRequest: signed part, algorithm, signature
        }

        return ReadSubjectPublicKeyInfo(algorithm, content);
    }

    /// <summary>RSAPublicKey, RFC 8017 A.1.1: modulus, publicExponent.</summary>
    private static Content ReadRsaPublicKey(ReadOnlySpan<byte> modulus, AsnReader content)
    {
        var exponent = content.ReadIntegerBytes().Span;
        content.ThrowIfNotEmpty();
        return IsNegative(modulus) || IsNegative(exponent)
            ? new(PublicKeyMistake.BadNumber)
            : new(KeyBlob.FromRsa(modulus, exponent), PublicKeyFormat.Pkcs1);
    }

    /// <summary>SubjectPublicKeyInfo, RFC 5280 4.1: algorithm { OID, parameters }, subjectPublicKey.</summary>
    private static Content ReadSubjectPublicKeyInfo(AsnReader algorithm, AsnReader content)
    {
        var oid = algorithm.ReadObjectIdentifier();
        var key = content.ReadBitString(out var unusedBits);
        content.ThrowIfNotEmpty();
        if (unusedBits != 0)
        {
            return new(PublicKeyMistake.Damaged);
        }

        switch (oid)
        {
            case RsaOid:
                var outer = new AsnReader(key, AsnEncodingRules.DER);
                var numbers = outer.ReadSequence();
                outer.ThrowIfNotEmpty();
                return ReadRsaPublicKey(numbers.ReadIntegerBytes().Span, numbers) with { Format = PublicKeyFormat.SubjectPublicKeyInfo };
            case EcOid when algorithm.PeekTag().HasSameClassAndValue(Asn1Tag.ObjectIdentifier)
                && CurveName(algorithm.ReadObjectIdentifier()) is { } curve:
                return new(KeyBlob.FromEcdsa(curve, key), PublicKeyFormat.SubjectPublicKeyInfo);
            case Ed25519Oid:
                return new(KeyBlob.FromEd25519(key), PublicKeyFormat.SubjectPublicKeyInfo);
            case Ed448Oid:
                return new(PublicKeyMistake.Ed448);
            case DsaOid:
                return new(PublicKeyMistake.Dsa);
            default:
                return new(PublicKeyMistake.UnsupportedType);
        }
    }

    private static bool IsNegative(ReadOnlySpan<byte> integer) => (integer[0] & 0x80) != 0;

    /// <summary>A public key's blob, or a mistake.</summary>
    internal readonly record struct Content(byte[]? Blob, PublicKeyFormat Format, PublicKeyMistake Mistake)
    {
        public Content(byte[] blob, PublicKeyFormat format)
            : this(blob, format, PublicKeyMistake.None)
        {
        }

        public Content(PublicKeyMistake mistake)
            : this(null, PublicKeyFormat.None, mistake)
        {
        }
    }
}
