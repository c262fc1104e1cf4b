using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Waybill.SshKeys.Crypto;

/// <summary>libargon2, which protects PuTTY's private keys of today (PPK version 3). Nothing else needs it, so that a server without it runs.</summary>
public static unsafe partial class Argon2Library
{
    private const string FileName = "libargon2.so.1";

    private static readonly bool Loaded = NativeLibrary.TryLoad(FileName, typeof(Argon2Library).Assembly, null, out _);

    /// <summary>Whether it is on this machine.</summary>
    public static bool IsLoaded => Loaded;

    /// <summary>What to say where it is not.</summary>
    public static string Missing =>
        $"{FileName} was not found, and PPK files of version 3 need it: install it (Debian and Ubuntu: apt-get install libargon2-1), or write another format";

    /// <summary>Argon2id, version 0x13.</summary>
    /// <exception cref="PlatformNotSupportedException">There is no libargon2.</exception>
    internal static void Derive(ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, int passes, int memoryKiB, int parallelism, Span<byte> key)
    {
        if (!Loaded)
        {
            throw new PlatformNotSupportedException(Missing);
        }

        fixed (byte* passphraseBytes = passphrase, saltBytes = salt, keyBytes = key)
        {
            var returned = argon2id_hash_raw(
                (uint)passes, (uint)memoryKiB, (uint)parallelism, passphraseBytes, (nuint)passphrase.Length, saltBytes, (nuint)salt.Length, keyBytes, (nuint)key.Length);
            if (returned != 0)
            {
                throw new CryptographicException($"libargon2 argon2id_hash_raw failed with code {returned}.");
            }
        }
    }

    [LibraryImport(FileName)]
    private static partial int argon2id_hash_raw(
        uint passes, uint memoryKiB, uint parallelism, byte* passphrase, nuint passphraseLength, byte* salt, nuint saltLength, byte* key, nuint keyLength);
}
