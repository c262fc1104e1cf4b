using System.Buffers;
using System.Buffers.Binary;

namespace Waybill.SshKeys.Crypto;

/// <summary>Before the first NEWKEYS: no cipher, no MAC (RFC 4253 section 6).</summary>
internal sealed class PlainPacketSealer : PacketSealer
{
    public override int BlockSize => 8;

    public override bool LengthCountsAsPadded => true;

    public override int TagLength => 0;

    public override void Seal(uint sequenceNumber, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, ReadOnlySpan<byte> padding, Span<byte> destination)
    {
        PacketPieces.CheckSeal(head, body, padding, destination, TagLength);
        head.CopyTo(destination);
        body.CopyTo(destination[head.Length..]);
        padding.CopyTo(destination[(head.Length + body.Length)..]);
    }

    public override void Dispose()
    {
    }
}

/// <inheritdoc cref="PlainPacketSealer"/>
internal sealed class PlainPacketOpener : PacketOpener
{
    public override int BlockSize => 8;

    public override bool LengthCountsAsPadded => true;

    public override int TagLength => 0;

    public override int LengthPrefix => PacketPieces.LengthField;

    public override uint ReadPacketLength(uint sequenceNumber, ReadOnlySpan<byte> prefix) => BinaryPrimitives.ReadUInt32BigEndian(prefix);

    public override bool TryOpen(uint sequenceNumber, in ReadOnlySequence<byte> packet, Span<byte> destination)
    {
        PacketPieces.CheckOpen(packet, destination, TagLength);
        packet.Slice(PacketPieces.LengthField).CopyTo(destination);
        return true;
    }

    public override void Dispose()
    {
    }
}
