using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Waybill.SshKeys.Crypto;

/// <summary>
/// One EVP_CIPHER_CTX, keyed once and kept for as long as its keys live. The caller holds a <see cref="HandleUse"/> around a packet's calls.
/// </summary>
internal sealed unsafe class CipherContext : SafeHandleZeroOrMinusOneIsInvalid
{
    /// <summary>Below this many bytes a call is too short to be worth the switch to preemptive mode.</summary>
    private const int SmallUpdate = 1024;

    /// <summary>Leaves the direction as it is (EVP_CipherInit_ex).</summary>
    private const int SameDirection = -1;

    public CipherContext(nint cipher, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, bool encrypt)
        : base(ownsHandle: true)
    {
        SetHandle(LibCrypto.Check(LibCrypto.EVP_CIPHER_CTX_new(), nameof(LibCrypto.EVP_CIPHER_CTX_new)));
        fixed (byte* keyBytes = key, ivBytes = iv)
        {
            LibCrypto.Check(
                LibCrypto.EVP_CipherInit_ex2(handle, cipher, keyBytes, ivBytes, encrypt ? 1 : 0, 0), nameof(LibCrypto.EVP_CipherInit_ex2));
        }
    }

    /// <summary>Fetches an algorithm once for the process; a lookup by name costs microseconds of each login otherwise.</summary>
    public static nint Fetch(string name)
    {
        CryptoLibrary.EnsureLoaded();
        var utf8 = new byte[Encoding.UTF8.GetByteCount(name) + 1];
        Encoding.UTF8.GetBytes(name, utf8);
        fixed (byte* text = utf8)
        {
            return LibCrypto.Check(LibCrypto.EVP_CIPHER_fetch(0, text, null), $"{nameof(LibCrypto.EVP_CIPHER_fetch)} {name}");
        }
    }

    /// <summary>Begins a message under the same key.</summary>
    public void Restart(ReadOnlySpan<byte> iv)
    {
        fixed (byte* ivBytes = iv)
        {
            LibCrypto.Check(LibCrypto.EVP_CipherInit_ex2_iv(handle, 0, null, ivBytes, SameDirection, 0), nameof(LibCrypto.EVP_CipherInit_ex2));
        }
    }

    /// <summary>Authenticates without encrypting (AEAD only).</summary>
    public void Authenticate(ReadOnlySpan<byte> data)
    {
        int written;
        fixed (byte* bytes = data)
        {
            LibCrypto.Check(LibCrypto.EVP_CipherUpdate_small(handle, null, &written, bytes, data.Length), nameof(LibCrypto.EVP_CipherUpdate));
        }
    }

    /// <summary>Encrypts or decrypts; in place too. All ciphers here are stream-like: as many bytes come out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Transform(ReadOnlySpan<byte> input, Span<byte> output)
    {
        // An empty input must not become a null pointer: for an AEAD that is the call that ends the message.
        if (input.IsEmpty)
        {
            return;
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(output.Length, input.Length, nameof(output));
        int written;
        fixed (byte* source = input, target = output)
        {
            var returned = input.Length < SmallUpdate
                ? LibCrypto.EVP_CipherUpdate_small(handle, target, &written, source, input.Length)
                : LibCrypto.EVP_CipherUpdate(handle, target, &written, source, input.Length);
            if (returned != 1 || written != input.Length)
            {
                LibCrypto.Fail(nameof(LibCrypto.EVP_CipherUpdate));
            }
        }
    }

    /// <summary>Ends an encryption and writes the tag.</summary>
    public void FinishWithTag(Span<byte> tag)
    {
        int written;
        fixed (byte* bytes = tag)
        {
            LibCrypto.Check(LibCrypto.EVP_CipherFinal_ex(handle, bytes, &written), nameof(LibCrypto.EVP_CipherFinal_ex));
            LibCrypto.Check(LibCrypto.EVP_CIPHER_CTX_ctrl(handle, LibCrypto.GetTag, tag.Length, bytes), nameof(LibCrypto.EVP_CIPHER_CTX_ctrl));
        }
    }

    /// <summary>Ends a decryption: whether the tag is right.</summary>
    public bool TryFinish(ReadOnlySpan<byte> tag)
    {
        int written;
        byte none;
        fixed (byte* bytes = tag)
        {
            LibCrypto.Check(LibCrypto.EVP_CIPHER_CTX_ctrl(handle, LibCrypto.SetTag, tag.Length, bytes), nameof(LibCrypto.EVP_CIPHER_CTX_ctrl));
        }

        if (LibCrypto.EVP_CipherFinal_ex(handle, &none, &written) == 1)
        {
            return true;
        }

        LibCrypto.ERR_clear_error();
        return false;
    }

    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_CIPHER_CTX_free(handle);
        return true;
    }
}
