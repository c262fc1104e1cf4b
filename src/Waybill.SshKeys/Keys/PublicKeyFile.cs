using System.Diagnostics.CodeAnalysis;

namespace Waybill.SshKeys.Keys;

/// <summary>
/// Reads the public key that a customer sent, in every form in which they come, or says in words what was sent instead.
/// </summary>
/// <remarks>
/// <para>What is kind here is bounded by what is safe. The blob is authoritative: it states its own length, so blanks, line breaks and lost padding
/// are mended, and anything missing or left over is refused. A type word that lost its first characters or changed case (<c>sh-rsa</c>,
/// <c>Ssh-rsa</c>) is mended with a note; one that names another type is refused.</para>
/// <para>Options of authorized_keys: those about forwarding, terminals and the like are left out with a note, since no login has these here; those
/// that bind the key (<c>from=</c>, <c>command=</c>, <c>expiry-time=</c>, ...) are refused, because leaving them out would give the key more than was
/// asked for.</para>
/// <para>A private key anywhere in the file wins over everything else in it.</para>
/// </remarks>
public static class PublicKeyFile
{
    /// <summary>No file longer than this is read. The longest key accepted, RSA of 16,384 bits, takes 3 KiB; mails around it are longer.</summary>
    public const int MaxFileLength = 64 * 1024;

    /// <summary>Longer comments are cut: RFC 4716 section 3.3 bounds a header's value to 1,024 bytes.</summary>
    public const int MaxCommentLength = 1024;

    private const int Ed25519Length = 32;

    /// <summary>Reads the one public key in <paramref name="file"/>. Never throws for its content.</summary>
    public static PublicKeyReading Read(ReadOnlySpan<byte> file)
    {
        var kind = FileKind.Identify(file);
        if (kind != PublicKeyMistake.None)
        {
            return RefuseKind(kind);
        }

        if (file.Length > MaxFileLength)
        {
            return PublicKeyReading.Refused(PublicKeyMistake.TooLarge);
        }

        var reading = ReadText(file);
        if (reading.IsKey || reading.IsPrivate || !QuotedPrintable.MayBe(file))
        {
            return reading;
        }

        // A mail program's encoding is only assumed when the text as it stands is no key, and only believed when it then is one.
        var decoded = ReadText(QuotedPrintable.Decode(file));
        return decoded.IsKey || decoded.IsPrivate ? decoded : reading;
    }

    /// <summary>The verdict on a blob that was found in some form.</summary>
    internal static PublicKeyReading Judge(ReadOnlySpan<byte> blob, string? comment, PublicKeyFormat format, string? note)
    {
        if (KeyBlob.TypeOf(blob) is not { } type)
        {
            var isCutOff = KeyBlob.StatedLength(blob, fields: 1) is not { } name || (name > blob.Length && name <= 4 + KeyBlob.MaxTypeLength);
            return PublicKeyReading.Refused(isCutOff ? PublicKeyMistake.CutOff : PublicKeyMistake.Damaged);
        }

        var refusal = KeyBlob.Refusal(type);
        if (refusal != PublicKeyMistake.None)
        {
            return PublicKeyReading.Refused(refusal);
        }

        var mistake = KeyBlob.StatedLength(blob, KeyBlob.FieldCount(type)) switch
        {
            null => PublicKeyMistake.CutOff,
            > MaxFileLength => PublicKeyMistake.Damaged,
            var stated when stated > blob.Length => PublicKeyMistake.CutOff,
            var stated when stated < blob.Length => PublicKeyMistake.Damaged,
            _ => PublicKeyMistake.None,
        };
        if (mistake != PublicKeyMistake.None)
        {
            return PublicKeyReading.Refused(mistake);
        }

        return SshPublicKeys.TryParse(blob, out var key) switch
        {
            PublicKeyError.None when type == KeyBlob.Ed25519 && !EdwardsPoint.TryDecode(blob[^Ed25519Length..], out _, out _) =>
                PublicKeyReading.Refused(PublicKeyMistake.BadPoint),
            PublicKeyError.None when key is not null => PublicKeyReading.Accepted(key, comment, format, note),
            PublicKeyError.TooShort => PublicKeyReading.Refused(PublicKeyMistake.RsaTooShort),
            PublicKeyError.TooLong => PublicKeyReading.Refused(PublicKeyMistake.RsaTooLong),
            PublicKeyError.BadNumber => PublicKeyReading.Refused(PublicKeyMistake.BadNumber),
            PublicKeyError.BadPoint => PublicKeyReading.Refused(PublicKeyMistake.BadPoint),
            PublicKeyError.UnsupportedType => PublicKeyReading.Refused(PublicKeyMistake.UnsupportedType),
            _ => PublicKeyReading.Refused(PublicKeyMistake.Damaged),
        };
    }

    /// <summary>The verdict on DER: a public key, or what else it is.</summary>
    internal static PublicKeyReading JudgeDer(byte[] der)
    {
        var content = DerKey.Read(der);
        return content switch
        {
            { Blob: not null } => Judge(content.Blob, comment: null, content.Format, note: null),
            { Mistake: PublicKeyMistake.PemPrivateKey } => PublicKeyReading.Private(content.Mistake, PrivateKeyPublicHalf.OfDer(der)),
            { Mistake: PublicKeyMistake.KeyStore } => PublicKeyReading.Private(content.Mistake, PublicHalf.None),
            _ => PublicKeyReading.Refused(content.Mistake),
        };
    }

    private static PublicKeyReading ReadText(ReadOnlySpan<byte> file)
    {
        using var text = KeyFileText.TryDecode(file);
        if (text is null)
        {
            return TryReadDer(file, out var der) ? der : PublicKeyReading.Refused(PublicKeyMistake.NotText);
        }

        var start = text.All.TrimStart();
        if (start.IsEmpty)
        {
            return PublicKeyReading.Refused(PublicKeyMistake.Empty);
        }

        var privateKey = PrivateKeyMarkers.Find(text);
        if (privateKey != PublicKeyMistake.None)
        {
            return PublicKeyReading.Private(privateKey, PrivateKeyPublicHalf.Of(text, privateKey));
        }

        if (start.StartsWith("{\\rtf", StringComparison.OrdinalIgnoreCase))
        {
            return PublicKeyReading.Refused(PublicKeyMistake.Rtf);
        }

        return start[0] == '<' && start.Contains("</", StringComparison.Ordinal)
            ? PublicKeyReading.Refused(PublicKeyMistake.Html)
            : new PublicKeyScanner(text).Scan();
    }

    private static bool TryReadDer(ReadOnlySpan<byte> file, [NotNullWhen(true)] out PublicKeyReading? reading)
    {
        reading = file.Length > 0 && file[0] == 0x30 ? JudgeDer(file.ToArray()) : null;
        if (reading?.Mistake == PublicKeyMistake.Damaged)
        {
            reading = null;
        }

        return reading is not null;
    }

    private static PublicKeyReading RefuseKind(PublicKeyMistake kind) => kind switch
    {
        PublicKeyMistake.Ssh1PrivateKey or PublicKeyMistake.OpenSshPrivateKey or PublicKeyMistake.KeyStore =>
            PublicKeyReading.Private(kind, PublicHalf.None),
        _ => PublicKeyReading.Refused(kind),
    };
}
