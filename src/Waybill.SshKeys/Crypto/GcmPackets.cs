using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Waybill.SshKeys.Crypto;

/// <summary>
/// The nonce of AES-GCM (RFC 5647 section 7.1): four fixed bytes, then a counter that goes up by one for each packet, without regard to the
/// sequence number.
/// </summary>
internal struct GcmNonce
{
    public const int Length = 12;
    private const int FixedLength = 4;

    private readonly uint _fixed;
    private ulong _counter;

    public GcmNonce(ReadOnlySpan<byte> iv)
    {
        _fixed = BinaryPrimitives.ReadUInt32BigEndian(iv);
        _counter = BinaryPrimitives.ReadUInt64BigEndian(iv[FixedLength..]);
    }

    public void WriteNext(Span<byte> nonce)
    {
        BinaryPrimitives.WriteUInt32BigEndian(nonce, _fixed);
        BinaryPrimitives.WriteUInt64BigEndian(nonce[FixedLength..], _counter);
        unchecked
        {
            _counter++;
        }
    }
}

/// <summary>aes128-gcm@openssh.com and aes256-gcm@openssh.com: RFC 5647 with the length in the clear as associated data, and no MAC negotiated.</summary>
internal sealed class GcmPacketSealer : PacketSealer
{
    internal const int Tag = 16;
    internal const int Block = 16;

    private readonly CipherContext _cipher;
    private GcmNonce _nonce;

    public GcmPacketSealer(nint algorithm, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv)
    {
        _cipher = new CipherContext(algorithm, key, iv, encrypt: true);
        _nonce = new GcmNonce(iv);
    }

    public override int BlockSize => Block;

    public override bool LengthCountsAsPadded => false;

    public override int TagLength => Tag;

    public override void Seal(uint sequenceNumber, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, ReadOnlySpan<byte> padding, Span<byte> destination)
    {
        PacketPieces.CheckSeal(head, body, padding, destination, Tag);
        using var use = new HandleUse(_cipher);
        Span<byte> nonce = stackalloc byte[GcmNonce.Length];
        _nonce.WriteNext(nonce);

        _cipher.Restart(nonce);
        var length = head[..PacketPieces.LengthField];
        length.CopyTo(destination);
        _cipher.Authenticate(length);
        PacketPieces.Encrypt(_cipher, PacketPieces.LengthField, head, body, padding, destination);
        _cipher.FinishWithTag(destination[^Tag..]);
    }

    public override void Dispose() => _cipher.Dispose();
}

/// <inheritdoc cref="GcmPacketSealer"/>
internal sealed class GcmPacketOpener : PacketOpener
{
    private readonly CipherContext _cipher;
    private GcmNonce _nonce;

    public GcmPacketOpener(nint algorithm, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv)
    {
        _cipher = new CipherContext(algorithm, key, iv, encrypt: false);
        _nonce = new GcmNonce(iv);
    }

    public override int BlockSize => GcmPacketSealer.Block;

    public override bool LengthCountsAsPadded => false;

    public override int TagLength => GcmPacketSealer.Tag;

    public override int LengthPrefix => PacketPieces.LengthField;

    public override uint ReadPacketLength(uint sequenceNumber, ReadOnlySpan<byte> prefix) => BinaryPrimitives.ReadUInt32BigEndian(prefix);

    public override bool TryOpen(uint sequenceNumber, in ReadOnlySequence<byte> packet, Span<byte> destination)
    {
        PacketPieces.CheckOpen(packet, destination, GcmPacketSealer.Tag);
        using var use = new HandleUse(_cipher);
        Span<byte> nonce = stackalloc byte[GcmNonce.Length];
        _nonce.WriteNext(nonce);
        Span<byte> length = stackalloc byte[PacketPieces.LengthField];
        Span<byte> tag = stackalloc byte[GcmPacketSealer.Tag];
        packet.Slice(0, PacketPieces.LengthField).CopyTo(length);
        packet.Slice(PacketPieces.TagStart(packet, GcmPacketSealer.Tag)).CopyTo(tag);

        _cipher.Restart(nonce);
        _cipher.Authenticate(length);
        PacketPieces.Decrypt(_cipher, packet.Slice(PacketPieces.LengthField, destination.Length), destination);
        if (_cipher.TryFinish(tag))
        {
            return true;
        }

        // GCM decrypts while it verifies: what came out is not authentic and must not be seen.
        CryptographicOperations.ZeroMemory(destination);
        return false;
    }

    public override void Dispose() => _cipher.Dispose();
}
