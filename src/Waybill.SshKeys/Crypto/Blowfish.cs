using System.Numerics;
using System.Security.Cryptography;
using System.Runtime.InteropServices;

namespace Waybill.SshKeys.Crypto;

/// <summary>
/// Blowfish with the expensive key schedule of bcrypt, for bcrypt_pbkdf alone: the one primitive of ours, since OpenSSL has Blowfish but not its state in the middle
/// of a key schedule. Nothing else may be encrypted with it.
/// </summary>
internal sealed class Blowfish : IDisposable
{
    /// <summary>Words of the 64 bytes that bcrypt_pbkdf mixes in: SHA-512 values.</summary>
    public const int MixedWords = 16;

    private const int Rounds = 16;
    private const int SubkeyCount = Rounds + 2;
    private const int BoxLength = 256;
    private const int BoxCount = 4;

    // The initial state is the fraction of pi in binary. It is computed: a table of 1,042 numbers is one that nobody proof-reads.
    private static readonly uint[] Pi = Fraction(SubkeyCount + (BoxCount * BoxLength));

    private readonly uint[] _subkeys = GC.AllocateArray<uint>(SubkeyCount, pinned: true);
    private readonly uint[] _boxes = GC.AllocateArray<uint>(BoxCount * BoxLength, pinned: true);

    /// <summary>Begins anew.</summary>
    public void Reset()
    {
        Pi.AsSpan(0, SubkeyCount).CopyTo(_subkeys);
        Pi.AsSpan(SubkeyCount).CopyTo(_boxes);
    }

    /// <summary>Mixes a key in (Blowfish_expand0state); big-endian words.</summary>
    public void Expand(ReadOnlySpan<uint> key) => Expand(key, default);

    /// <summary>Mixes a key and a salt in (Blowfish_expandstate).</summary>
    public void Expand(ReadOnlySpan<uint> key, ReadOnlySpan<uint> salt)
    {
        for (var i = 0; i < SubkeyCount; i++)
        {
            _subkeys[i] ^= key[i % MixedWords];
        }

        var (left, right, mixed) = (0u, 0u, 0);
        foreach (var target in (ReadOnlySpan<uint[]>)[_subkeys, _boxes])
        {
            for (var i = 0; i < target.Length; i += 2)
            {
                if (!salt.IsEmpty)
                {
                    left ^= salt[mixed % MixedWords];
                    right ^= salt[(mixed + 1) % MixedWords];
                    mixed += 2;
                }

                Encrypt(ref left, ref right);
                target[i] = left;
                target[i + 1] = right;
            }
        }
    }

    /// <summary>Encrypts one block.</summary>
    public void Encrypt(ref uint left, ref uint right)
    {
        ReadOnlySpan<uint> subkeys = _subkeys;
        ReadOnlySpan<uint> boxes = _boxes;
        var (l, r) = (left ^ subkeys[0], right);
        for (var round = 1; round <= Rounds; round += 2)
        {
            r ^= Mix(boxes, l) ^ subkeys[round];
            l ^= Mix(boxes, r) ^ subkeys[round + 1];
        }

        left = r ^ subkeys[SubkeyCount - 1];
        right = l;
    }

    /// <summary>Wipes the state.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_subkeys.AsSpan()));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_boxes.AsSpan()));
    }

    private static uint Mix(ReadOnlySpan<uint> boxes, uint x) =>
        ((boxes[(int)(x >> 24)] + boxes[BoxLength + (int)((x >> 16) & 0xFF)]) ^ boxes[(2 * BoxLength) + (int)((x >> 8) & 0xFF)])
        + boxes[(3 * BoxLength) + (int)(x & 0xFF)];

    /// <summary>The first words of the fraction of pi, by Machin's formula: pi / 4 = 4 arctan(1/5) - arctan(1/239).</summary>
    private static uint[] Fraction(int words)
    {
        const int Guard = 64; // bits that rounding may spoil
        var one = BigInteger.One << ((32 * words) + Guard);
        var pi = 4 * ((4 * ArcTangent(one, 5)) - ArcTangent(one, 239));
        var fraction = (pi - (3 * one)) >> Guard;
        var result = new uint[words];
        var bytes = fraction.ToByteArray(isUnsigned: true, isBigEndian: true).AsSpan();
        for (var i = 0; i < words; i++)
        {
            result[i] = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes[(4 * i)..]);
        }

        return result;
    }

    private static BigInteger ArcTangent(BigInteger one, int inverse)
    {
        var (sum, power, square) = (BigInteger.Zero, one / inverse, inverse * inverse);
        for (var n = 1; !power.IsZero; n += 2, power /= square)
        {
            sum += n % 4 == 1 ? power / n : -(power / n);
        }

        return sum;
    }
}
