namespace Waybill.Core.Keys.Generation;

/// <summary>The kinds of keys that are made for customers.</summary>
public enum KeyKind
{
    /// <summary>Ed25519: short, quick, and read by every program of the last ten years.</summary>
    Ed25519,

    /// <summary>RSA, for programs that know nothing else.</summary>
    Rsa,

    /// <summary>ECDSA on a NIST curve, where a rule demands one.</summary>
    Ecdsa,
}
