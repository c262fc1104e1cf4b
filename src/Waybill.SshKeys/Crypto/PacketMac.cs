using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Waybill.SshKeys.Crypto;

/// <summary>The HMAC of one direction; one native context, restarted for each packet.</summary>
internal sealed class PacketMac(HashAlgorithmName hash, ReadOnlySpan<byte> key) : IDisposable
{
    /// <summary>The longest tag: HMAC-SHA-512.</summary>
    public const int MaxLength = 64;

    public IncrementalHash Hash { get; } = IncrementalHash.CreateHMAC(hash, key);

    public int Length => Hash.HashLengthInBytes;

    /// <summary>RFC 4253 section 6.4: the MAC covers the sequence number, then the packet.</summary>
    public void Begin(uint sequenceNumber)
    {
        Span<byte> number = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(number, sequenceNumber);
        Hash.AppendData(number);
    }

    public void Finish(Span<byte> tag)
    {
        if (!Hash.TryGetHashAndReset(tag, out var written) || written != Length)
        {
            throw new CryptographicException("The HMAC of a packet could not be computed.");
        }
    }

    public bool TryFinish(ReadOnlySpan<byte> tag)
    {
        Span<byte> buffer = stackalloc byte[MaxLength];
        var expected = buffer[..Length];
        Finish(expected);
        return CryptographicOperations.FixedTimeEquals(expected, tag);
    }

    public void Dispose() => Hash.Dispose();
}
