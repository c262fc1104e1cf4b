using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Waybill.SshKeys.Crypto;

/// <summary>bcrypt_pbkdf of OpenBSD, which protects OpenSSH's private keys: PBKDF2 around a slower bcrypt, its blocks spread over the whole key.</summary>
internal static class BcryptPbkdf
{
    private const int BlockLength = 32;
    private const int Expansions = 64;

    private static ReadOnlySpan<byte> Text => "OxychromaticBlowfishSwatDynamite"u8;

    /// <summary>Fills <paramref name="key"/> from a passphrase.</summary>
    /// <param name="passphrase">Not empty.</param>
    /// <param name="salt">Not empty.</param>
    /// <param name="rounds">24 is what ssh-keygen uses.</param>
    /// <param name="key">At most 1,024 bytes.</param>
    public static void Derive(ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, int rounds, Span<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfZero(passphrase.Length, nameof(passphrase));
        ArgumentOutOfRangeException.ThrowIfZero(salt.Length, nameof(salt));
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        ArgumentOutOfRangeException.ThrowIfZero(key.Length, nameof(key));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, BlockLength * BlockLength, nameof(key));

        using var cipher = new Blowfish();
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        Span<uint> password = stackalloc uint[Blowfish.MixedWords];
        Span<uint> mixed = stackalloc uint[Blowfish.MixedWords];
        Span<byte> block = stackalloc byte[BlockLength];
        Span<byte> sum = stackalloc byte[BlockLength];
        var counted = new byte[salt.Length + 4];
        try
        {
            SHA512.HashData(passphrase, hash);
            ToWords(hash, password);
            salt.CopyTo(counted);
            var stride = (key.Length + BlockLength - 1) / BlockLength;
            var taken = (key.Length + stride - 1) / stride;
            for (var count = 1; count <= stride; count++)
            {
                BinaryPrimitives.WriteInt32BigEndian(counted.AsSpan(salt.Length), count);
                SHA512.HashData(counted, hash);
                for (var round = 0; round < rounds; round++)
                {
                    if (round > 0)
                    {
                        SHA512.HashData(block, hash);
                    }

                    ToWords(hash, mixed);
                    Hash(cipher, password, mixed, block);
                    Add(sum, block, isFirst: round == 0);
                }

                // Byte i of block c stands at i * stride + c: who wants one byte of the key computes all blocks.
                for (var i = 0; i < taken && (i * stride) + count - 1 < key.Length; i++)
                {
                    key[(i * stride) + count - 1] = sum[i];
                }
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(hash);
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(password));
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(mixed));
            CryptographicOperations.ZeroMemory(block);
            CryptographicOperations.ZeroMemory(sum);
        }
    }

    private static void Hash(Blowfish cipher, ReadOnlySpan<uint> password, ReadOnlySpan<uint> salt, Span<byte> block)
    {
        cipher.Reset();
        cipher.Expand(password, salt);
        for (var i = 0; i < Expansions; i++)
        {
            cipher.Expand(salt);
            cipher.Expand(password);
        }

        for (var at = 0; at < BlockLength; at += 8)
        {
            var left = BinaryPrimitives.ReadUInt32BigEndian(Text[at..]);
            var right = BinaryPrimitives.ReadUInt32BigEndian(Text[(at + 4)..]);
            for (var i = 0; i < Expansions; i++)
            {
                cipher.Encrypt(ref left, ref right);
            }

            BinaryPrimitives.WriteUInt32LittleEndian(block[at..], left);
            BinaryPrimitives.WriteUInt32LittleEndian(block[(at + 4)..], right);
        }
    }

    private static void ToWords(ReadOnlySpan<byte> bytes, Span<uint> words)
    {
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt32BigEndian(bytes[(4 * i)..]);
        }
    }

    private static void Add(Span<byte> sum, ReadOnlySpan<byte> block, bool isFirst)
    {
        for (var i = 0; i < sum.Length; i++)
        {
            sum[i] = (byte)(isFirst ? block[i] : sum[i] ^ block[i]);
        }
    }
}
