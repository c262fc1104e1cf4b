using System.Buffers;

namespace Waybill.SshKeys.Crypto;

/// <summary>
/// Verifies and decrypts incoming SSH packets of one direction under one set of keys; the counterpart of <see cref="PacketSealer"/>.
/// Not thread-safe; one owner.
/// </summary>
public abstract class PacketOpener : IDisposable
{
    /// <inheritdoc cref="PacketSealer.BlockSize"/>
    public abstract int BlockSize { get; }

    /// <inheritdoc cref="PacketSealer.LengthCountsAsPadded"/>
    public abstract bool LengthCountsAsPadded { get; }

    /// <inheritdoc cref="PacketSealer.TagLength"/>
    public abstract int TagLength { get; }

    /// <summary>How many bytes of a packet must be there before <see cref="ReadPacketLength"/> can be called: 4, or one block where the length is encrypted with it.</summary>
    public abstract int LengthPrefix { get; }

    /// <summary>
    /// The packet_length field of the packet that begins with <paramref name="prefix"/> (<see cref="LengthPrefix"/> bytes). It is not authenticated yet:
    /// the caller bounds it before waiting for that many bytes. May be called again for the same packet with the same result.
    /// </summary>
    public abstract uint ReadPacketLength(uint sequenceNumber, ReadOnlySpan<byte> prefix);

    /// <summary>
    /// Opens one whole packet.
    /// </summary>
    /// <param name="sequenceNumber">Of this packet, RFC 4253 section 6.4.</param>
    /// <param name="packet">4 + packet_length + <see cref="TagLength"/> bytes as they came; may lie in several segments.</param>
    /// <param name="destination">Exactly packet_length bytes: receives padding_length, payload and padding. On failure it holds no plaintext.</param>
    /// <returns><see langword="false"/> when the tag or MAC is wrong; the connection must end.</returns>
    public abstract bool TryOpen(uint sequenceNumber, in ReadOnlySequence<byte> packet, Span<byte> destination);

    /// <inheritdoc/>
    public abstract void Dispose();
}
