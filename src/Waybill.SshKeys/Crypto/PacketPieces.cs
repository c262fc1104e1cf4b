using System.Buffers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Waybill.SshKeys.Crypto;

/// <summary>What every packet cipher does with the pieces that a packet comes in.</summary>
internal static class PacketPieces
{
    /// <summary>The packet_length field.</summary>
    public const int LengthField = 4;

    /// <summary>packet_length and padding_length.</summary>
    private const int SmallestHead = 5;

    /// <summary>Up to here copying the pieces together is cheaper than a native call for each.</summary>
    private const int WorthCopying = 1024;

    public static void CheckSeal(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, ReadOnlySpan<byte> padding, Span<byte> destination, int tagLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(head.Length, SmallestHead, nameof(head));
        if (destination.Length != head.Length + body.Length + padding.Length + tagLength)
        {
            throw new ArgumentException("The destination must be exactly as long as the sealed packet.", nameof(destination));
        }
    }

    public static void CheckOpen(in ReadOnlySequence<byte> packet, Span<byte> destination, int tagLength)
    {
        if (packet.Length != LengthField + (long)destination.Length + tagLength)
        {
            throw new ArgumentException("The destination must be exactly as long as packet_length says.", nameof(destination));
        }
    }

    /// <summary>Runs everything behind the first <paramref name="skip"/> bytes of the head through the cipher, to the same place in the destination.</summary>
    public static void Encrypt(
        CipherContext cipher, int skip, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, ReadOnlySpan<byte> padding, Span<byte> destination)
    {
        var length = head.Length + body.Length + padding.Length;
        if (length <= WorthCopying)
        {
            head[skip..].CopyTo(destination[skip..]);
            body.CopyTo(destination[head.Length..]);
            padding.CopyTo(destination[(head.Length + body.Length)..]);
            cipher.Transform(destination[skip..length], destination[skip..length]);
            return;
        }

        cipher.Transform(head[skip..], destination[skip..]);
        cipher.Transform(body, destination[head.Length..]);
        cipher.Transform(padding, destination[(head.Length + body.Length)..]);
    }

    /// <summary>Decrypts segment by segment.</summary>
    public static void Decrypt(CipherContext cipher, in ReadOnlySequence<byte> input, Span<byte> destination)
    {
        if (input.IsSingleSegment)
        {
            cipher.Transform(input.FirstSpan, destination);
            return;
        }

        foreach (var segment in input)
        {
            cipher.Transform(segment.Span, destination);
            destination = destination[segment.Length..];
        }
    }

    /// <summary>Adds segment by segment.</summary>
    public static void Append(IncrementalHash hash, in ReadOnlySequence<byte> input)
    {
        foreach (var segment in input)
        {
            hash.AppendData(segment.Span);
        }
    }

    /// <summary>Where the tag begins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long TagStart(in ReadOnlySequence<byte> packet, int tagLength) => packet.Length - tagLength;
}
