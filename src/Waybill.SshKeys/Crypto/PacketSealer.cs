namespace Waybill.SshKeys.Crypto;

/// <summary>
/// Encrypts and authenticates outgoing SSH packets of one direction under one set of keys (RFC 4253 section 6; AES-GCM as OpenSSH does it,
/// RFC 5647; chacha20-poly1305@openssh.com; CTR with encrypt-then-MAC or plain MAC). Not thread-safe; one owner.
/// </summary>
public abstract class PacketSealer : IDisposable
{
    /// <summary>Padding makes the padded part a multiple of this: the cipher's block, at least 8 bytes.</summary>
    public abstract int BlockSize { get; }

    /// <summary>Whether the four length bytes count towards the multiple of <see cref="BlockSize"/>: true for no cipher and for plain MACs, false for AEAD and encrypt-then-MAC.</summary>
    public abstract bool LengthCountsAsPadded { get; }

    /// <summary>Bytes after the packet: GCM or Poly1305 tag, MAC, or 0.</summary>
    public abstract int TagLength { get; }

    /// <summary>
    /// Seals one packet in pieces, so that a payload lying elsewhere need not be copied first.
    /// </summary>
    /// <param name="sequenceNumber">Of this packet, RFC 4253 section 6.4.</param>
    /// <param name="head">packet_length, padding_length and the first payload bytes; at least 5 bytes.</param>
    /// <param name="body">The rest of the payload; may be empty.</param>
    /// <param name="padding">The padding.</param>
    /// <param name="destination">Exactly head + body + padding + <see cref="TagLength"/> bytes; overlaps none of the inputs.</param>
    public abstract void Seal(uint sequenceNumber, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, ReadOnlySpan<byte> padding, Span<byte> destination);

    /// <inheritdoc/>
    public abstract void Dispose();
}
