using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Waybill.SshKeys.Crypto;

/// <summary>
/// OpenSSL's libcrypto: what SSH needs and .NET does not offer. Every return code goes through <see cref="Check(int, string)"/>: an ignored one has
/// been an authentication bypass elsewhere (CVE-2023-6918).
/// </summary>
internal static unsafe partial class LibCrypto
{
    private const string Library = "libcrypto.so.3";

    /// <summary>EVP_CTRL_AEAD_GET_TAG.</summary>
    internal const int GetTag = 0x10;

    /// <summary>EVP_CTRL_AEAD_SET_TAG.</summary>
    internal const int SetTag = 0x11;

    // The tiny calls on the packet path leave out the switch to preemptive mode: each takes well below a microsecond and never blocks.
    // Bulk data goes through EVP_CipherUpdate and EVP_MAC_update, which do switch.

    [LibraryImport(Library)]
    internal static partial nint EVP_CIPHER_fetch(nint context, byte* algorithm, byte* properties);

    [LibraryImport(Library)]
    internal static partial nint EVP_CIPHER_CTX_new();

    [LibraryImport(Library)]
    internal static partial void EVP_CIPHER_CTX_free(nint context);

    [LibraryImport(Library)]
    internal static partial int EVP_CipherInit_ex2(nint context, nint cipher, byte* key, byte* iv, int encrypt, nint parameters);

    [LibraryImport(Library, EntryPoint = nameof(EVP_CipherInit_ex2))]
    [SuppressGCTransition]
    internal static partial int EVP_CipherInit_ex2_iv(nint context, nint cipher, byte* key, byte* iv, int encrypt, nint parameters);

    [LibraryImport(Library)]
    internal static partial int EVP_CipherUpdate(nint context, byte* output, int* written, byte* input, int length);

    [LibraryImport(Library, EntryPoint = nameof(EVP_CipherUpdate))]
    [SuppressGCTransition]
    internal static partial int EVP_CipherUpdate_small(nint context, byte* output, int* written, byte* input, int length);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial int EVP_CipherFinal_ex(nint context, byte* output, int* written);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial int EVP_CIPHER_CTX_ctrl(nint context, int type, int argument, byte* pointer);

    [LibraryImport(Library)]
    internal static partial nint EVP_MAC_fetch(nint context, byte* algorithm, byte* properties);

    [LibraryImport(Library)]
    internal static partial nint EVP_MAC_CTX_new(nint mac);

    [LibraryImport(Library)]
    internal static partial void EVP_MAC_CTX_free(nint context);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial int EVP_MAC_init(nint context, byte* key, nuint keyLength, nint parameters);

    [LibraryImport(Library)]
    internal static partial int EVP_MAC_update(nint context, byte* data, nuint length);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial int EVP_MAC_final(nint context, byte* output, nuint* written, nuint size);

    [LibraryImport(Library)]
    internal static partial nint EVP_PKEY_new_raw_private_key(int type, nint engine, byte* key, nuint length);

    [LibraryImport(Library)]
    internal static partial nint EVP_PKEY_new_raw_public_key(int type, nint engine, byte* key, nuint length);

    [LibraryImport(Library)]
    internal static partial int EVP_PKEY_get_raw_private_key(nint key, byte* output, nuint* length);

    [LibraryImport(Library)]
    internal static partial int EVP_PKEY_get_raw_public_key(nint key, byte* output, nuint* length);

    [LibraryImport(Library)]
    internal static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Library)]
    internal static partial nint EVP_PKEY_CTX_new(nint key, nint engine);

    [LibraryImport(Library)]
    internal static partial void EVP_PKEY_CTX_free(nint context);

    [LibraryImport(Library)]
    internal static partial int EVP_PKEY_derive_init(nint context);

    [LibraryImport(Library)]
    internal static partial int EVP_PKEY_derive_set_peer(nint context, nint peer);

    [LibraryImport(Library)]
    internal static partial int EVP_PKEY_derive(nint context, byte* secret, nuint* length);

    [LibraryImport(Library)]
    internal static partial nint EVP_MD_CTX_new();

    [LibraryImport(Library)]
    internal static partial void EVP_MD_CTX_free(nint context);

    [LibraryImport(Library)]
    internal static partial int EVP_DigestSignInit(nint context, nint* keyContext, nint digest, nint engine, nint key);

    [LibraryImport(Library)]
    internal static partial int EVP_DigestSign(nint context, byte* signature, nuint* signatureLength, byte* data, nuint length);

    [LibraryImport(Library)]
    internal static partial int EVP_DigestVerifyInit(nint context, nint* keyContext, nint digest, nint engine, nint key);

    [LibraryImport(Library)]
    internal static partial int EVP_DigestVerify(nint context, byte* signature, nuint signatureLength, byte* data, nuint length);

    [LibraryImport(Library)]
    internal static partial nint BN_get_rfc3526_prime_2048(nint number);

    [LibraryImport(Library)]
    internal static partial nint BN_get_rfc3526_prime_4096(nint number);

    [LibraryImport(Library)]
    internal static partial nint BN_new();

    [LibraryImport(Library)]
    internal static partial nint BN_secure_new();

    [LibraryImport(Library)]
    internal static partial nint BN_bin2bn(byte* bytes, int length, nint number);

    [LibraryImport(Library)]
    internal static partial int BN_bn2binpad(nint number, byte* output, int length);

    [LibraryImport(Library)]
    internal static partial int BN_num_bits(nint number);

    [LibraryImport(Library)]
    internal static partial void BN_clear_free(nint number);

    [LibraryImport(Library)]
    internal static partial nint BN_CTX_secure_new();

    [LibraryImport(Library)]
    internal static partial void BN_CTX_free(nint context);

    [LibraryImport(Library)]
    internal static partial int BN_mod_exp_mont_consttime(nint result, nint value, nint exponent, nint modulus, nint context, nint montgomery);

    [LibraryImport(Library)]
    internal static partial byte* OpenSSL_version(int type);

    [LibraryImport(Library)]
    private static partial nuint ERR_get_error();

    [LibraryImport(Library)]
    private static partial void ERR_error_string_n(nuint error, byte* buffer, nuint length);

    [LibraryImport(Library)]
    internal static partial void ERR_clear_error();

    /// <summary>Throws unless <paramref name="returned"/> is 1, OpenSSL's success.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Check(int returned, string call)
    {
        if (returned != 1)
        {
            Fail(call);
        }
    }

    /// <summary>Throws when a call that returns an object returned none.</summary>
    internal static nint Check(nint returned, string call)
    {
        if (returned == 0)
        {
            Fail(call);
        }

        return returned;
    }

    /// <summary>Ends in the exception that names the call and OpenSSL's reason, and leaves the thread's error queue empty for the next user of the library.</summary>
    [DoesNotReturn]
    internal static void Fail(string call)
    {
        const int ReasonLength = 256;
        var reason = stackalloc byte[ReasonLength];
        ERR_error_string_n(ERR_get_error(), reason, ReasonLength);
        ERR_clear_error();
        throw new CryptographicException($"OpenSSL {call} failed: {Marshal.PtrToStringUTF8((nint)reason)}");
    }
}
