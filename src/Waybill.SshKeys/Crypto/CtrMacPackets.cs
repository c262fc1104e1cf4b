using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Waybill.SshKeys.Crypto;

/// <summary>AES-CTR (RFC 4344) with the MAC of RFC 4253 section 6.4: over the plaintext, the length encrypted with the first block.</summary>
internal sealed class CtrMacPacketSealer(nint algorithm, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, PacketMac mac) : PacketSealer
{
    internal const int Block = 16;

    private readonly CipherContext _cipher = new(algorithm, key, iv, encrypt: true);

    public override int BlockSize => Block;

    public override bool LengthCountsAsPadded => true;

    public override int TagLength => mac.Length;

    public override void Seal(uint sequenceNumber, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, ReadOnlySpan<byte> padding, Span<byte> destination)
    {
        var tagLength = mac.Length;
        PacketPieces.CheckSeal(head, body, padding, destination, tagLength);
        using var use = new HandleUse(_cipher);
        mac.Begin(sequenceNumber);
        mac.Hash.AppendData(head);
        mac.Hash.AppendData(body);
        mac.Hash.AppendData(padding);
        mac.Finish(destination[^tagLength..]);
        PacketPieces.Encrypt(_cipher, 0, head, body, padding, destination);
    }

    public override void Dispose()
    {
        _cipher.Dispose();
        mac.Dispose();
    }
}

/// <inheritdoc cref="CtrMacPacketSealer"/>
internal sealed class CtrMacPacketOpener(nint algorithm, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, PacketMac mac) : PacketOpener
{
    private readonly CipherContext _cipher = new(algorithm, key, iv, encrypt: false);

    // The first block is decrypted once, when the length is asked for: the key stream cannot be rewound.
    private readonly byte[] _firstBlock = new byte[CtrMacPacketSealer.Block];
    private bool _firstBlockRead;

    public override int BlockSize => CtrMacPacketSealer.Block;

    public override bool LengthCountsAsPadded => true;

    public override int TagLength => mac.Length;

    public override int LengthPrefix => CtrMacPacketSealer.Block;

    public override uint ReadPacketLength(uint sequenceNumber, ReadOnlySpan<byte> prefix)
    {
        if (!_firstBlockRead)
        {
            using var use = new HandleUse(_cipher);
            _cipher.Transform(prefix[..CtrMacPacketSealer.Block], _firstBlock);
            _firstBlockRead = true;
        }

        return BinaryPrimitives.ReadUInt32BigEndian(_firstBlock);
    }

    public override bool TryOpen(uint sequenceNumber, in ReadOnlySequence<byte> packet, Span<byte> destination)
    {
        var tagLength = mac.Length;
        PacketPieces.CheckOpen(packet, destination, tagLength);

        // A packet shorter than the block that its length came in, or that ends within a block, cannot have been sealed.
        if ((PacketPieces.LengthField + destination.Length) % CtrMacPacketSealer.Block != 0)
        {
            CryptographicOperations.ZeroMemory(destination);
            return false;
        }

        using var use = new HandleUse(_cipher);
        var tagStart = PacketPieces.TagStart(packet, tagLength);
        Span<byte> buffer = stackalloc byte[PacketMac.MaxLength];
        var tag = buffer[..tagLength];
        packet.Slice(tagStart).CopyTo(tag);
        if (!_firstBlockRead)
        {
            packet.Slice(0, CtrMacPacketSealer.Block).CopyTo(buffer);
            ReadPacketLength(sequenceNumber, buffer);
            packet.Slice(tagStart).CopyTo(tag);
        }

        _firstBlockRead = false;
        var rest = _firstBlock.Length - PacketPieces.LengthField;
        _firstBlock.AsSpan(PacketPieces.LengthField).CopyTo(destination);
        PacketPieces.Decrypt(_cipher, packet.Slice(CtrMacPacketSealer.Block, destination.Length - rest), destination[rest..]);

        mac.Begin(sequenceNumber);
        mac.Hash.AppendData(_firstBlock.AsSpan(0, PacketPieces.LengthField));
        mac.Hash.AppendData(destination);
        CryptographicOperations.ZeroMemory(_firstBlock);
        if (mac.TryFinish(tag))
        {
            return true;
        }

        CryptographicOperations.ZeroMemory(destination);
        return false;
    }

    public override void Dispose()
    {
        CryptographicOperations.ZeroMemory(_firstBlock);
        _cipher.Dispose();
        mac.Dispose();
    }
}
