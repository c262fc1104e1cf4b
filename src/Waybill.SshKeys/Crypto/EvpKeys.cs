using System.Diagnostics.CodeAnalysis;

namespace Waybill.SshKeys.Crypto;

/// <summary>The curves of RFC 7748 and RFC 8032 at 255 bits, whose keys and shares are 32 plain bytes.</summary>
internal static unsafe class EvpKeys
{
    /// <summary>NID_X25519.</summary>
    public const int X25519 = 1034;

    /// <summary>NID_ED25519.</summary>
    public const int Ed25519 = 1087;

    public const int KeyLength = 32;
    public const int SignatureLength = 64;

    public static EvpKeyHandle ImportPrivate(int type, ReadOnlySpan<byte> key)
    {
        CryptoLibrary.EnsureLoaded();
        fixed (byte* bytes = key)
        {
            return new EvpKeyHandle(LibCrypto.Check(
                LibCrypto.EVP_PKEY_new_raw_private_key(type, 0, bytes, (nuint)key.Length), nameof(LibCrypto.EVP_PKEY_new_raw_private_key)));
        }
    }

    public static EvpKeyHandle ImportPublic(int type, ReadOnlySpan<byte> key)
    {
        CryptoLibrary.EnsureLoaded();
        fixed (byte* bytes = key)
        {
            return new EvpKeyHandle(LibCrypto.Check(
                LibCrypto.EVP_PKEY_new_raw_public_key(type, 0, bytes, (nuint)key.Length), nameof(LibCrypto.EVP_PKEY_new_raw_public_key)));
        }
    }

    public static void ExportPrivate(EvpKeyHandle key, Span<byte> destination)
    {
        using var use = new HandleUse(key);
        var length = (nuint)destination.Length;
        fixed (byte* bytes = destination)
        {
            LibCrypto.Check(LibCrypto.EVP_PKEY_get_raw_private_key(use.Pointer, bytes, &length), nameof(LibCrypto.EVP_PKEY_get_raw_private_key));
        }
    }

    public static byte[] ExportPublic(EvpKeyHandle key)
    {
        using var use = new HandleUse(key);
        var result = new byte[KeyLength];
        var length = (nuint)result.Length;
        fixed (byte* bytes = result)
        {
            LibCrypto.Check(LibCrypto.EVP_PKEY_get_raw_public_key(use.Pointer, bytes, &length), nameof(LibCrypto.EVP_PKEY_get_raw_public_key));
        }

        return result;
    }

    /// <summary>X25519. Fails when the result is all zero: the peer's point has low order, and anyone would know the secret (RFC 8731 section 3).</summary>
    public static bool TryDerive(EvpKeyHandle own, EvpKeyHandle peer, [NotNullWhen(true)] out byte[]? secret)
    {
        using var ownUse = new HandleUse(own);
        using var peerUse = new HandleUse(peer);
        var context = LibCrypto.Check(LibCrypto.EVP_PKEY_CTX_new(ownUse.Pointer, 0), nameof(LibCrypto.EVP_PKEY_CTX_new));
        try
        {
            LibCrypto.Check(LibCrypto.EVP_PKEY_derive_init(context), nameof(LibCrypto.EVP_PKEY_derive_init));
            LibCrypto.Check(LibCrypto.EVP_PKEY_derive_set_peer(context, peerUse.Pointer), nameof(LibCrypto.EVP_PKEY_derive_set_peer));
            var result = new byte[KeyLength];
            var length = (nuint)result.Length;
            int returned;
            fixed (byte* bytes = result)
            {
                returned = LibCrypto.EVP_PKEY_derive(context, bytes, &length);
            }

            // OpenSSL reports a low-order point as a failed derivation; a later version may hand out the zeros instead.
            if (returned != 1 || length != KeyLength || !result.AsSpan().ContainsAnyExcept((byte)0))
            {
                LibCrypto.ERR_clear_error();
                secret = null;
                return false;
            }

            secret = result;
            return true;
        }
        finally
        {
            LibCrypto.EVP_PKEY_CTX_free(context);
        }
    }

    /// <summary>Signs with Ed25519.</summary>
    public static void Sign(EvpKeyHandle key, ReadOnlySpan<byte> data, Span<byte> signature)
    {
        using var use = new HandleUse(key);
        var context = LibCrypto.Check(LibCrypto.EVP_MD_CTX_new(), nameof(LibCrypto.EVP_MD_CTX_new));
        try
        {
            LibCrypto.Check(LibCrypto.EVP_DigestSignInit(context, null, 0, 0, use.Pointer), nameof(LibCrypto.EVP_DigestSignInit));
            var length = (nuint)signature.Length;
            fixed (byte* bytes = signature, message = data)
            {
                LibCrypto.Check(LibCrypto.EVP_DigestSign(context, bytes, &length, message, (nuint)data.Length), nameof(LibCrypto.EVP_DigestSign));
            }

            if (length != SignatureLength)
            {
                LibCrypto.Fail(nameof(LibCrypto.EVP_DigestSign));
            }
        }
        finally
        {
            LibCrypto.EVP_MD_CTX_free(context);
        }
    }

    /// <summary>Verifies with Ed25519. Only the return value 1 is a yes.</summary>
    public static bool Verify(EvpKeyHandle key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        using var use = new HandleUse(key);
        var context = LibCrypto.Check(LibCrypto.EVP_MD_CTX_new(), nameof(LibCrypto.EVP_MD_CTX_new));
        try
        {
            LibCrypto.Check(LibCrypto.EVP_DigestVerifyInit(context, null, 0, 0, use.Pointer), nameof(LibCrypto.EVP_DigestVerifyInit));
            fixed (byte* bytes = signature, message = data)
            {
                if (LibCrypto.EVP_DigestVerify(context, bytes, (nuint)signature.Length, message, (nuint)data.Length) == 1)
                {
                    return true;
                }
            }

            LibCrypto.ERR_clear_error();
            return false;
        }
        finally
        {
            LibCrypto.EVP_MD_CTX_free(context);
        }
    }
}
