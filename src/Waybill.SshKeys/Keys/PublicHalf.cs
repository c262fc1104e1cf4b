namespace Waybill.SshKeys.Keys;

/// <summary>What a private key file says about its public half.</summary>
/// <param name="Fingerprint">Its fingerprint; null where it does not lie open, or is not that of the private half beside it.</param>
/// <param name="IsProven">The private half is there and it is its public half. What an encrypted file states proves nothing: anybody can write it around another's public key.</param>
/// <param name="IsDamaged">The file states a public half that is not that of its private one.</param>
internal readonly record struct PublicHalf(string? Fingerprint, bool IsProven, bool IsDamaged = false)
{
    public static PublicHalf None => default;
}
