using System.Globalization;
using Waybill.SshKeys.Crypto;
using Waybill.SshKeys.Keys;

namespace Waybill.Core.Keys.Generation;

/// <summary>What key to make, and how to write it.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Format">How the private half is written.</param>
public sealed record KeyRecipe(KeyKind Kind = KeyKind.Ed25519, ProtectedKeyFormat Format = ProtectedKeyFormat.OpenSsh)
{
    private static readonly int[] RsaBits = [3072, 4096];
    private static readonly int[] EcdsaBits = [256, 384, 521];

    /// <summary>Bits; null takes 3072 for RSA and 256 for ECDSA. Ed25519 has no choice.</summary>
    public int? Bits { get; init; }

    /// <summary>What the private half's file name ends in: OpenSSH's have no ending, and PuTTY's programs look for theirs.</summary>
    public string Extension => Format == ProtectedKeyFormat.OpenSsh ? "" : ".ppk";

    /// <summary>What cannot be done of it here; null when nothing.</summary>
    public Problem? Check() => (Kind, Bits) switch
    {
        (KeyKind.Ed25519, not (null or 256)) => Problem.Invalid("An Ed25519 key has 256 bits and no other number. Leave the bits out."),
        (KeyKind.Rsa, { } bits) when !RsaBits.Contains(bits) => Problem.Invalid($"RSA keys are made with {Listed(RsaBits)} bits, not with {bits}."),
        (KeyKind.Ecdsa, { } bits) when !EcdsaBits.Contains(bits) => Problem.Invalid($"ECDSA keys are made with {Listed(EcdsaBits)} bits, not with {bits}."),
        _ => ProtectedKeyFile.CanWrite(Format) ? null : Problem.Unusable(Argon2Library.Missing + "."),
    };

    /// <summary>Makes the pair; RSA takes a second or more.</summary>
    internal SshPrivateKey MakePair() => Kind switch
    {
        KeyKind.Ed25519 => SshPrivateKeys.GenerateEd25519(),
        KeyKind.Rsa => SshPrivateKeys.GenerateRsa(Bits ?? RsaBits[0]),
        _ => SshPrivateKeys.GenerateEcdsa(Bits ?? EcdsaBits[0]),
    };

    private static string Listed(int[] bits) => string.Join(" or ", bits.Select(each => each.ToString(CultureInfo.InvariantCulture)));
}
