using System.Runtime.InteropServices;

namespace Waybill.SshKeys.Crypto;

/// <summary>The OpenSSL library that this process runs on.</summary>
public static class CryptoLibrary
{
    private const string FileName = "libcrypto.so.3";

    private static readonly bool Loaded = NativeLibrary.TryLoad(FileName, typeof(CryptoLibrary).Assembly, null, out _);

    /// <summary>What OpenSSL calls itself: <c>OpenSSL 3.0.19 27 Jan 2026</c>.</summary>
    public static unsafe string Version
    {
        get
        {
            EnsureLoaded();
            return Marshal.PtrToStringUTF8((nint)LibCrypto.OpenSSL_version(0)) ?? string.Empty;
        }
    }

    /// <summary>Throws, in words for an operator, when the library is missing.</summary>
    /// <exception cref="PlatformNotSupportedException">There is no libcrypto.so.3.</exception>
    public static void EnsureLoaded()
    {
        if (!Loaded)
        {
            throw new PlatformNotSupportedException(
                $"{FileName} was not found. Waybill uses OpenSSL 3 for its cryptography: install it (Debian and Ubuntu: apt-get install libssl3) and start again.");
        }
    }
}
