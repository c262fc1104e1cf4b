using System.Diagnostics.CodeAnalysis;

namespace Waybill.SshKeys.Keys;

/// <summary>What <see cref="PublicKeyFile.Read"/> made of a file: a key, or a mistake with words for the person who sent it.</summary>
public sealed class PublicKeyReading
{
    private PublicKeyReading()
    {
    }

    /// <summary>Whether a key was read.</summary>
    [MemberNotNullWhen(true, nameof(Key))]
    public bool IsKey => Key is not null;

    /// <summary>The key.</summary>
    public SshPublicKey? Key { get; private init; }

    /// <summary>The key's comment, free of control and invisible characters, at most <see cref="PublicKeyFile.MaxCommentLength"/> long.</summary>
    public string? Comment { get; private init; }

    /// <summary>The form in which the key came.</summary>
    public PublicKeyFormat Format { get; private init; }

    /// <summary>Something about an accepted key that its owner should know: a mended type word, options that were left out.</summary>
    public string? Note { get; private init; }

    /// <summary>What is wrong; <see cref="PublicKeyMistake.None"/> for a key.</summary>
    public PublicKeyMistake Mistake { get; private init; }

    /// <summary>For a mistake: what this is, why it is refused and what to do next. It never holds anything of a private key.</summary>
    public string Message { get; private init; } = "";

    /// <summary>Someone sent a private key: it is to be treated as compromised. Neither store nor log the file.</summary>
    public bool IsPrivate { get; private init; }

    /// <summary>
    /// For a private key whose public half lies open: the SHA-256 fingerprint of that half, so that the compromised key can be found and revoked
    /// where it is installed.
    /// </summary>
    public string? PublicHalfFingerprint { get; private init; }

    /// <summary>
    /// Whether the sender has the private half of <see cref="PublicHalfFingerprint"/>: it was computed from it. An encrypted file only states it, and anybody can write such a
    /// file around the public key of another.
    /// </summary>
    public bool IsPublicHalfProven { get; private init; }

    internal static PublicKeyReading Accepted(SshPublicKey key, string? comment, PublicKeyFormat format, string? note) =>
        new() { Key = key, Comment = comment, Format = format, Note = note };

    internal static PublicKeyReading Refused(PublicKeyMistake mistake, string message) => new() { Mistake = mistake, Message = message };

    internal static PublicKeyReading Refused(PublicKeyMistake mistake) => Refused(mistake, PublicKeyMessages.Of(mistake));

    internal static PublicKeyReading Private(PublicKeyMistake mistake, PublicHalf half) => new()
    {
        Mistake = mistake, Message = PublicKeyMessages.Of(mistake) + (half.IsDamaged ? PublicKeyMessages.HalvesDiffer : ""), IsPrivate = true,
        PublicHalfFingerprint = half.Fingerprint, IsPublicHalfProven = half.IsProven,
    };
}
