using Waybill.SshKeys.Keys;

namespace Waybill.Core.Keys;

/// <summary>The public half of a private key that reached us.</summary>
/// <param name="Sha256">Its fingerprint.</param>
/// <param name="IsProven">Whether it was computed from the private half; an encrypted file only states it, and anybody can write one around another's public key.</param>
internal readonly record struct SentHalf(string Sha256, bool IsProven)
{
    /// <summary>That of a file; null when it is no private key, or its public half does not lie open.</summary>
    public static SentHalf? Of(PublicKeyReading reading) => reading.PublicHalfFingerprint is { } sha256 ? new SentHalf(sha256, reading.IsPublicHalfProven) : null;
}
