using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Waybill.SshKeys.Crypto;

/// <summary>
/// The three native contexts of chacha20-poly1305@openssh.com (OpenSSH's PROTOCOL.chacha20poly1305). The 64 bytes of key are K_2 for the payload,
/// then K_1 for the length. Nonce: the sequence number as 64 bits, big-endian. The first block of K_2's stream is the key of Poly1305, the payload
/// follows from the second block on.
/// </summary>
internal sealed class ChaChaPolyState : IDisposable
{
    public const int Tag = Poly1305Context.TagLength;
    public const int Block = 8;
    public const int HalfKeyLength = 32;

    // OpenSSL takes the last four words of ChaCha20's state: a 64-bit little-endian block counter, then the nonce.
    private const int IvLength = 16;
    private const int NonceStart = 12;
    private const int StreamBlock = 64;

    private static readonly nint Algorithm = CipherContext.Fetch("ChaCha20");

    private readonly CipherContext _lengths;

    public ChaChaPolyState(ReadOnlySpan<byte> key)
    {
        ReadOnlySpan<byte> iv = stackalloc byte[IvLength];
        Main = new CipherContext(Algorithm, key[..HalfKeyLength], iv, encrypt: true);
        _lengths = new CipherContext(Algorithm, key[HalfKeyLength..], iv, encrypt: true);
        Mac = new Poly1305Context();
    }

    public CipherContext Main { get; }

    public Poly1305Context Mac { get; }

    /// <summary>Readies MAC and payload stream for a packet.</summary>
    public void Begin(uint sequenceNumber)
    {
        Span<byte> iv = stackalloc byte[IvLength];
        BinaryPrimitives.WriteUInt32BigEndian(iv[NonceStart..], sequenceNumber);
        Main.Restart(iv);
        Span<byte> block = stackalloc byte[StreamBlock];
        block.Clear();
        Main.Transform(block, block);
        Mac.Restart(block[..Poly1305Context.KeyLength]);
        CryptographicOperations.ZeroMemory(block);
    }

    /// <summary>Encrypts or decrypts the length field.</summary>
    public void TransformLength(uint sequenceNumber, ReadOnlySpan<byte> input, Span<byte> output)
    {
        using var use = new HandleUse(_lengths);
        Span<byte> iv = stackalloc byte[IvLength];
        BinaryPrimitives.WriteUInt32BigEndian(iv[NonceStart..], sequenceNumber);
        _lengths.Restart(iv);
        _lengths.Transform(input, output);
    }

    public void Dispose()
    {
        Main.Dispose();
        _lengths.Dispose();
        Mac.Dispose();
    }
}

/// <inheritdoc cref="ChaChaPolyState"/>
internal sealed class ChaChaPolyPacketSealer(ReadOnlySpan<byte> key) : PacketSealer
{
    private readonly ChaChaPolyState _state = new(key);

    public override int BlockSize => ChaChaPolyState.Block;

    public override bool LengthCountsAsPadded => false;

    public override int TagLength => ChaChaPolyState.Tag;

    public override void Seal(uint sequenceNumber, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, ReadOnlySpan<byte> padding, Span<byte> destination)
    {
        PacketPieces.CheckSeal(head, body, padding, destination, ChaChaPolyState.Tag);
        using var main = new HandleUse(_state.Main);
        using var mac = new HandleUse(_state.Mac);
        _state.Begin(sequenceNumber);
        _state.TransformLength(sequenceNumber, head[..PacketPieces.LengthField], destination);
        PacketPieces.Encrypt(_state.Main, PacketPieces.LengthField, head, body, padding, destination);
        _state.Mac.Append(destination[..^ChaChaPolyState.Tag]);
        _state.Mac.Finish(destination[^ChaChaPolyState.Tag..]);
    }

    public override void Dispose() => _state.Dispose();
}

/// <inheritdoc cref="ChaChaPolyState"/>
internal sealed class ChaChaPolyPacketOpener(ReadOnlySpan<byte> key) : PacketOpener
{
    private readonly ChaChaPolyState _state = new(key);

    public override int BlockSize => ChaChaPolyState.Block;

    public override bool LengthCountsAsPadded => false;

    public override int TagLength => ChaChaPolyState.Tag;

    public override int LengthPrefix => PacketPieces.LengthField;

    public override uint ReadPacketLength(uint sequenceNumber, ReadOnlySpan<byte> prefix)
    {
        Span<byte> length = stackalloc byte[PacketPieces.LengthField];
        _state.TransformLength(sequenceNumber, prefix[..PacketPieces.LengthField], length);
        return BinaryPrimitives.ReadUInt32BigEndian(length);
    }

    public override bool TryOpen(uint sequenceNumber, in ReadOnlySequence<byte> packet, Span<byte> destination)
    {
        PacketPieces.CheckOpen(packet, destination, ChaChaPolyState.Tag);
        using var main = new HandleUse(_state.Main);
        using var mac = new HandleUse(_state.Mac);
        Span<byte> expected = stackalloc byte[ChaChaPolyState.Tag];
        Span<byte> tag = stackalloc byte[ChaChaPolyState.Tag];
        var tagStart = PacketPieces.TagStart(packet, ChaChaPolyState.Tag);
        packet.Slice(tagStart).CopyTo(tag);

        _state.Begin(sequenceNumber);
        foreach (var segment in packet.Slice(0, tagStart))
        {
            _state.Mac.Append(segment.Span);
        }

        _state.Mac.Finish(expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, tag))
        {
            CryptographicOperations.ZeroMemory(destination);
            return false;
        }

        PacketPieces.Decrypt(_state.Main, packet.Slice(PacketPieces.LengthField, destination.Length), destination);
        return true;
    }

    public override void Dispose() => _state.Dispose();
}
