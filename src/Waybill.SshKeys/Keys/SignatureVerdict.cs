namespace Waybill.SshKeys.Keys;

/// <summary>What a verification came to. A peer learns no more than yes or no; the fuzzer must see each.</summary>
internal enum SignatureVerdict
{
    /// <summary>It is this key's, over this data.</summary>
    Good,

    /// <summary>The algorithm is none of this key's.</summary>
    WrongAlgorithm,

    /// <summary>The blob is not built as RFC 4253 section 6.6 says, has bytes left over, or names another algorithm.</summary>
    Malformed,

    /// <summary>The signature has no length, or numbers, that this key can make.</summary>
    WrongLength,

    /// <summary>It was made by another key, or over other data.</summary>
    Mismatch,
}
