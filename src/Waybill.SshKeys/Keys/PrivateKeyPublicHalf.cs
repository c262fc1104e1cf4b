using System.Globalization;
using System.Security.Cryptography;

using Waybill.SshKeys.Wire;

namespace Waybill.SshKeys.Keys;

/// <summary>
/// The fingerprint of the public half of a private key that someone sent by mistake, where that half lies open: enough to find the key and revoke it. It is computed from the
/// private half wherever that can be read, since whoever is believed in what a file states can have the key of another refused. Nothing else of the key leaves this class.
/// </summary>
internal static class PrivateKeyPublicHalf
{
    /// <summary>Lines that either half of a PPK may have: the private one of RSA of 16,384 bits has 86.</summary>
    private const int MaxPuttyLines = 100;

    private const int Ed25519SeedLength = 32;

    /// <summary>What a file says of it.</summary>
    public static PublicHalf Of(KeyFileText text, PublicKeyMistake kind) => kind switch
    {
        PublicKeyMistake.PuttyPrivateKey => OfPutty(text),
        PublicKeyMistake.OpenSshPrivateKey or PublicKeyMistake.PemPrivateKey => OfArmor(text),
        _ => PublicHalf.None,
    };

    /// <summary>What DER says of it.</summary>
    public static PublicHalf OfDer(ReadOnlyMemory<byte> der)
    {
        using var numbers = PrivateKeyDer.Read(der);
        return numbers.Mistake == PrivateKeyMistake.None ? Judge(numbers, stated: default) : PublicHalf.None;
    }

    private static PublicHalf OfPutty(KeyFileText text)
    {
        var stated = PuttyField(text, "Public-Lines:");
        if (stated is null || PuttyWord(text, "Encryption:") is not "none")
        {
            return Claimed(stated);
        }

        var secret = PuttyField(text, "Private-Lines:");
        using var numbers = secret is null ? PrivateKeyNumbers.Refused(PrivateKeyMistake.Damaged) : ReadPutty(stated, secret);
        CryptographicOperations.ZeroMemory(secret);
        return Judge(numbers, stated);
    }

    /// <summary>The private half of PuTTY's manual, appendix C, with the fields of the public one that it needs.</summary>
    private static PrivateKeyNumbers ReadPutty(ReadOnlySpan<byte> publicBlob, ReadOnlySpan<byte> secret)
    {
        var open = new SshReader(publicBlob);
        var reader = new SshReader(secret);
        open.ReadString();
        switch (KeyBlob.TypeOf(publicBlob))
        {
            case KeyBlob.Ed25519:
                // string k, little-endian: the seed
                var seed = reader.ReadString();
                return seed.Length == Ed25519SeedLength ? PrivateKeyNumbers.FromEd25519(seed) : PrivateKeyNumbers.Refused(PrivateKeyMistake.Damaged);
            case KeyBlob.Rsa:
                // mpint e, n
                // mpint d, p, q, iqmp
                var e = open.ReadPositiveMpint();
                var n = open.ReadPositiveMpint();
                var d = reader.ReadPositiveMpint();
                var p = reader.ReadPositiveMpint();
                return PrivateKeyNumbers.FromRsa(n, e, d, p, reader.ReadPositiveMpint());
            case { } type when KeyBlob.FieldCount(type) > 0 && type.StartsWith(KeyBlob.EcdsaPrefix, StringComparison.Ordinal):
                // string curve, Q
                // mpint d
                open.ReadString();
                return PrivateKeyNumbers.FromEcdsa(type[KeyBlob.EcdsaPrefix.Length..], reader.ReadPositiveMpint(), open.ReadString());
            default:
                return PrivateKeyNumbers.Refused(PrivateKeyMistake.UnsupportedType);
        }
    }

    private static string? PuttyWord(KeyFileText text, string header)
    {
        for (var line = 0; line < text.LineCount; line++)
        {
            if (text[line].StartsWith(header, StringComparison.Ordinal))
            {
                return text[line][header.Length..].Trim().ToString();
            }
        }

        return null;
    }

    private static byte[]? PuttyField(KeyFileText text, string header)
    {
        for (var line = 0; line < text.LineCount; line++)
        {
            if (!text[line].StartsWith(header, StringComparison.Ordinal))
            {
                continue;
            }

            if (!int.TryParse(text[line][header.Length..], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var count)
                || count > Math.Min(MaxPuttyLines, text.LineCount - line - 1))
            {
                return null;
            }

            using var base64 = new Base64Text(text.All.Length);
            for (var i = 1; i <= count; i++)
            {
                if (!base64.TryAppendLine(text[line + i]))
                {
                    return null;
                }
            }

            return base64.Decode(base64.Length);
        }

        return null;
    }

    private static PublicHalf OfArmor(KeyFileText text)
    {
        var line = 0;
        var bytes = PrivateKeyFile.ReadBlock(text, ref line, out _, out _);
        var half = bytes switch
        {
            null or [] => PublicHalf.None,
            _ when OpenSshPrivateKey.Is(bytes) => OfOpenSsh(bytes),
            _ => OfDer(bytes),
        };
        CryptographicOperations.ZeroMemory(bytes);
        return half;
    }

    private static PublicHalf OfOpenSsh(ReadOnlySpan<byte> bytes)
    {
        using var numbers = OpenSshPrivateKey.ReadNumbers(bytes, out var stated, out _);
        return numbers.Mistake == PrivateKeyMistake.Encrypted ? Claimed(stated) : stated.IsEmpty ? PublicHalf.None : Judge(numbers, stated);
    }

    /// <summary>The verdict on a private half that lies open, and on the public one that is stated beside it, if any.</summary>
    private static PublicHalf Judge(PrivateKeyNumbers numbers, ReadOnlySpan<byte> stated)
    {
        if (numbers.Mistake == PrivateKeyMistake.None && numbers.ProvenPublicBlob() is { } blob && (stated.IsEmpty || stated.SequenceEqual(blob)))
        {
            return new PublicHalf(KeyFingerprint.Sha256(blob), IsProven: true);
        }

        // DSA and its like, which is not computed here and no login takes: believing it harms nobody.
        return numbers.Mistake == PrivateKeyMistake.UnsupportedType && SshPublicKeys.TryParse(stated, out _) != PublicKeyError.None
            ? Claimed(stated)
            : new PublicHalf(null, IsProven: false, IsDamaged: true);
    }

    private static PublicHalf Claimed(ReadOnlySpan<byte> blob) => KeyBlob.TypeOf(blob) is null ? PublicHalf.None : new PublicHalf(KeyFingerprint.Sha256(blob), IsProven: false);
}
