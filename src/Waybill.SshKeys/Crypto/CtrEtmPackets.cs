using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Waybill.SshKeys.Crypto;

/// <summary>AES-CTR (RFC 4344) with encrypt-then-MAC as OpenSSH defines it: the length in the clear, the MAC over length and ciphertext.</summary>
internal sealed class CtrEtmPacketSealer(nint algorithm, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, PacketMac mac) : PacketSealer
{
    internal const int Block = 16;

    private readonly CipherContext _cipher = new(algorithm, key, iv, encrypt: true);

    public override int BlockSize => Block;

    public override bool LengthCountsAsPadded => false;

    public override int TagLength => mac.Length;

    public override void Seal(uint sequenceNumber, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, ReadOnlySpan<byte> padding, Span<byte> destination)
    {
        var tagLength = mac.Length;
        PacketPieces.CheckSeal(head, body, padding, destination, tagLength);
        using var use = new HandleUse(_cipher);
        head[..PacketPieces.LengthField].CopyTo(destination);
        PacketPieces.Encrypt(_cipher, PacketPieces.LengthField, head, body, padding, destination);
        mac.Begin(sequenceNumber);
        mac.Hash.AppendData(destination[..^tagLength]);
        mac.Finish(destination[^tagLength..]);
    }

    public override void Dispose()
    {
        _cipher.Dispose();
        mac.Dispose();
    }
}

/// <inheritdoc cref="CtrEtmPacketSealer"/>
internal sealed class CtrEtmPacketOpener(nint algorithm, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, PacketMac mac) : PacketOpener
{
    private readonly CipherContext _cipher = new(algorithm, key, iv, encrypt: false);

    public override int BlockSize => CtrEtmPacketSealer.Block;

    public override bool LengthCountsAsPadded => false;

    public override int TagLength => mac.Length;

    public override int LengthPrefix => PacketPieces.LengthField;

    public override uint ReadPacketLength(uint sequenceNumber, ReadOnlySpan<byte> prefix) => BinaryPrimitives.ReadUInt32BigEndian(prefix);

    public override bool TryOpen(uint sequenceNumber, in ReadOnlySequence<byte> packet, Span<byte> destination)
    {
        var tagLength = mac.Length;
        PacketPieces.CheckOpen(packet, destination, tagLength);
        using var use = new HandleUse(_cipher);
        var tagStart = PacketPieces.TagStart(packet, tagLength);
        Span<byte> buffer = stackalloc byte[PacketMac.MaxLength];
        var tag = buffer[..tagLength];
        packet.Slice(tagStart).CopyTo(tag);

        mac.Begin(sequenceNumber);
        PacketPieces.Append(mac.Hash, packet.Slice(0, tagStart));
        if (!mac.TryFinish(tag))
        {
            CryptographicOperations.ZeroMemory(destination);
            return false;
        }

        PacketPieces.Decrypt(_cipher, packet.Slice(PacketPieces.LengthField, destination.Length), destination);
        return true;
    }

    public override void Dispose()
    {
        _cipher.Dispose();
        mac.Dispose();
    }
}
