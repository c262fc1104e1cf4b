using System.Diagnostics.CodeAnalysis;
using System.Text;
using Waybill.SshKeys.Crypto;
using Waybill.SshKeys.Wire;

namespace Waybill.SshKeys.Keys;

/// <summary>Public keys from their wire blobs.</summary>
public static class SshPublicKeys
{
    /// <summary>The key types that are accepted.</summary>
    public static IReadOnlyList<string> Types { get; } = [Ed25519PublicKey.Name, .. EcCurve.All.Select(EcdsaPublicKey.TypeName), RsaPublicKey.Name];

    /// <summary>Whether a key of that type may be parsed at all.</summary>
    public static bool IsSupportedType(ReadOnlySpan<byte> type)
    {
        foreach (var name in Types)
        {
            if (Ascii.Equals(type, name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// A key from its blob. The type is looked up before anything else of the blob is read, so that no parser runs on a type that is not
    /// accepted (as OpenSSH does since 52154c2d2). Never throws for bad input.
    /// </summary>
    public static PublicKeyError TryParse(ReadOnlySpan<byte> blob, [NotNullWhen(true)] out SshPublicKey? key)
    {
        // string type
        key = null;
        var reader = new SshReader(blob);
        var type = reader.ReadString();
        if (!reader.Succeeded)
        {
            return PublicKeyError.Malformed;
        }

        if (Ascii.Equals(type, Ed25519PublicKey.Name))
        {
            return Ed25519PublicKey.TryParse(ref reader, out key);
        }

        if (Ascii.Equals(type, RsaPublicKey.Name))
        {
            return RsaPublicKey.TryParse(ref reader, out key);
        }

        foreach (var curve in EcCurve.All)
        {
            if (Ascii.Equals(type, EcdsaPublicKey.TypeName(curve)))
            {
                return EcdsaPublicKey.TryParse(curve, ref reader, out key);
            }
        }

        return PublicKeyError.UnsupportedType;
    }

    /// <summary>An RSA key from its numbers (big-endian; leading zeros do not matter), as a PEM file holds them.</summary>
    public static PublicKeyError TryCreateRsa(ReadOnlySpan<byte> modulus, ReadOnlySpan<byte> exponent, [NotNullWhen(true)] out SshPublicKey? key)
    {
        var error = RsaPublicKey.TryCreate(modulus.TrimStart((byte)0), exponent.TrimStart((byte)0), out var rsa);
        key = rsa;
        return error;
    }
}
