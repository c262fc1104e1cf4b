using Microsoft.Win32.SafeHandles;

namespace Waybill.SshKeys.Crypto;

/// <summary>One EVP_MAC_CTX for Poly1305, given a new one-time key for each packet. The caller holds a <see cref="HandleUse"/> around a packet's calls.</summary>
internal sealed unsafe class Poly1305Context : SafeHandleZeroOrMinusOneIsInvalid
{
    public const int KeyLength = 32;
    public const int TagLength = 16;

    private static readonly nint Algorithm = Fetch();

    public Poly1305Context()
        : base(ownsHandle: true) => SetHandle(LibCrypto.Check(LibCrypto.EVP_MAC_CTX_new(Algorithm), nameof(LibCrypto.EVP_MAC_CTX_new)));

    public void Restart(ReadOnlySpan<byte> key)
    {
        fixed (byte* bytes = key)
        {
            LibCrypto.Check(LibCrypto.EVP_MAC_init(handle, bytes, (nuint)key.Length, 0), nameof(LibCrypto.EVP_MAC_init));
        }
    }

    public void Append(ReadOnlySpan<byte> data)
    {
        fixed (byte* bytes = data)
        {
            LibCrypto.Check(LibCrypto.EVP_MAC_update(handle, bytes, (nuint)data.Length), nameof(LibCrypto.EVP_MAC_update));
        }
    }

    public void Finish(Span<byte> tag)
    {
        nuint written;
        fixed (byte* bytes = tag)
        {
            if (LibCrypto.EVP_MAC_final(handle, bytes, &written, (nuint)tag.Length) != 1 || written != TagLength)
            {
                LibCrypto.Fail(nameof(LibCrypto.EVP_MAC_final));
            }
        }
    }

    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_MAC_CTX_free(handle);
        return true;
    }

    private static nint Fetch()
    {
        CryptoLibrary.EnsureLoaded();
        fixed (byte* name = "POLY1305\0"u8)
        {
            return LibCrypto.Check(LibCrypto.EVP_MAC_fetch(0, name, null), nameof(LibCrypto.EVP_MAC_fetch));
        }
    }
}
