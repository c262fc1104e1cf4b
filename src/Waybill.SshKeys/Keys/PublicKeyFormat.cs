namespace Waybill.SshKeys.Keys;

/// <summary>The form in which a public key came.</summary>
public enum PublicKeyFormat
{
    /// <summary>No key was read.</summary>
    None,

    /// <summary>The OpenSSH line: type, base64, comment.</summary>
    OpenSsh,

    /// <summary>RFC 4716, as PuTTYgen's "Save public key" writes it.</summary>
    Rfc4716,

    /// <summary>PEM or DER <c>PUBLIC KEY</c>: SubjectPublicKeyInfo, RFC 5280.</summary>
    SubjectPublicKeyInfo,

    /// <summary>PEM or DER <c>RSA PUBLIC KEY</c>: PKCS#1, RFC 8017.</summary>
    Pkcs1,

    /// <summary>The base64 of an SSH key alone, without type word or header.</summary>
    BareBase64,
}
