namespace Waybill.SshKeys.Keys;

/// <summary>Why a public key blob is refused.</summary>
public enum PublicKeyError
{
    /// <summary>It is a key.</summary>
    None,

    /// <summary>It is not built as its type says, or bytes are left over.</summary>
    Malformed,

    /// <summary>A type that is not accepted: DSA, Ed448, security keys, certificates, unknown.</summary>
    UnsupportedType,

    /// <summary>RSA below 2,048 bits.</summary>
    TooShort,

    /// <summary>RSA beyond 16,384 bits (a verification would cost too much: CVE-2026-39829).</summary>
    TooLong,

    /// <summary>An RSA exponent that is even, below 3 or beyond 2^64 - 1, or a modulus that is even.</summary>
    BadNumber,

    /// <summary>An elliptic curve point that is not on its curve, or has another curve's name, or an Ed25519 point of small order.</summary>
    BadPoint,
}
