using System.Buffers;
using Waybill.Net.Buffers;
using Waybill.SshKeys.Crypto;
using Waybill.Ssh.Hosting;

namespace Waybill.Ssh.Transport;

/// <summary>
/// Cuts packets out of what came from the network and opens them (RFC 4253 section 6). Owns the incoming keys, sequence number and counters; only the read
/// loop may touch it. The buffer for the plaintext is rented with a batch's first packet and given back with <see cref="EndBatch"/>, so that an idle
/// connection holds none.
/// </summary>
internal sealed class PacketReader : IDisposable
{
    private const int LengthField = 4;
    private const int PaddingLengthField = 1;
    private const int MinimumPadding = 4;

    /// <summary>The shortest packet of RFC 4253 section 6 is 16 bytes, or one block, without its MAC.</summary>
    private const int MinimumPacket = 16;

    /// <summary>Enough for 32 KiB of channel data, and so for nearly all packets.</summary>
    private const int UsualBuffer = 36 * 1024;

    /// <summary>Usual buffers kept while nobody uses them: 1.1 MiB.</summary>
    private const int MaximumIdle = 32;

    // Of our own: the shared pool keeps one for each thread that a connection has run on, and would make a new one for the next.
    private static readonly IdleItems<byte[]> Idle = new(MaximumIdle);

    private PacketOpener _opener = PacketCiphers.PlainOpener();
    private byte[] _plain = [];
    private uint _packetLength;

    /// <summary>The largest packet_length accepted; checked before anything waits for that many bytes.</summary>
    public required int MaximumPacket { get; set; }

    /// <summary>The sequence number of the next packet.</summary>
    public uint SequenceNumber { get; private set; }

    /// <summary>Packets opened under the present key.</summary>
    public long KeyPackets { get; private set; }

    /// <summary>Bytes opened under the present key, lengths and tags included.</summary>
    public long KeyBytes { get; private set; }

    /// <summary>Whether a plaintext buffer is held: never between batches.</summary>
    public bool HoldsBuffer => _plain.Length > 0;

    /// <summary>
    /// Takes the next whole packet off <paramref name="input"/>.
    /// </summary>
    /// <param name="input">What came and was not consumed; on success it begins after the packet.</param>
    /// <param name="payload">From the message number on; valid until the next call.</param>
    /// <returns><see langword="false"/> when more bytes must come first.</returns>
    /// <exception cref="SshDisconnectException">The packet is malformed, too long, or its tag is wrong.</exception>
    public bool TryRead(ref ReadOnlySequence<byte> input, out ReadOnlyMemory<byte> payload)
    {
        payload = default;
        if (_packetLength == 0 && !TryReadLength(input))
        {
            return false;
        }

        var total = LengthField + (long)_packetLength + _opener.TagLength;
        if (input.Length < total)
        {
            return false;
        }

        // uint32 packet_length, byte padding_length, byte[n1] payload, byte[n2] padding, byte[m] mac
        var length = (int)_packetLength;
        RentAtLeast(length);
        var plain = _plain.AsMemory(0, length);
        if (!_opener.TryOpen(SequenceNumber, input.Slice(0, total), plain.Span))
        {
            throw new SshDisconnectException(SshEndReason.IntegrityError, $"packet {SequenceNumber} failed its integrity check: it was changed on the way, or the keys differ");
        }

        var padding = plain.Span[0];
        if (padding < MinimumPadding || PaddingLengthField + padding >= length)
        {
            throw new SshDisconnectException(SshEndReason.ProtocolError, $"a packet of {length} bytes says that it has {padding} bytes of padding");
        }

        payload = plain[PaddingLengthField..^padding];
        input = input.Slice(total);
        _packetLength = 0;
        SequenceNumber++;
        KeyPackets++;
        KeyBytes += total;
        return true;
    }

    /// <summary>Gives the plaintext buffer back; the last payload is no longer valid.</summary>
    public void EndBatch()
    {
        if (_plain.Length > 0)
        {
            if (_plain.Length == UsualBuffer)
            {
                Idle.Give(_plain);
            }
            else
            {
                ArrayPool<byte>.Shared.Return(_plain);
            }

            _plain = [];
        }
    }

    /// <summary>The peer's NEWKEYS was read: what follows is under <paramref name="opener"/>, which this reader then owns.</summary>
    /// <param name="opener">The new keys.</param>
    /// <param name="resetSequence">Strict key exchange: the sequence number starts again.</param>
    public void SwitchKeys(PacketOpener opener, bool resetSequence)
    {
        _opener.Dispose();
        _opener = opener;
        KeyPackets = 0;
        KeyBytes = 0;
        if (resetSequence)
        {
            SequenceNumber = 0;
        }
    }

    public void Dispose()
    {
        EndBatch();
        _opener.Dispose();
    }

    private bool TryReadLength(in ReadOnlySequence<byte> input)
    {
        var need = _opener.LengthPrefix;
        if (input.Length < need)
        {
            return false;
        }

        Span<byte> prefix = stackalloc byte[need];
        input.Slice(0, need).CopyTo(prefix);
        var length = _opener.ReadPacketLength(SequenceNumber, prefix);
        var padded = length + (_opener.LengthCountsAsPadded ? LengthField : 0L);
        if (length > (uint)MaximumPacket || padded < (_opener.LengthCountsAsPadded ? MinimumPacket : _opener.BlockSize) || padded % _opener.BlockSize != 0)
        {
            // Where the length travels encrypted, a changed bit shows here first.
            throw new SshDisconnectException(
                SshEndReason.ProtocolError, $"packet {SequenceNumber} has a packet_length of {length}; up to {MaximumPacket} in whole cipher blocks is allowed");
        }

        _packetLength = length;
        return true;
    }

    private void RentAtLeast(int length)
    {
        if (_plain.Length < length)
        {
            EndBatch();
            _plain = length > UsualBuffer
                ? ArrayPool<byte>.Shared.Rent(length)
                : Idle.Take() ?? GC.AllocateUninitializedArray<byte>(UsualBuffer);
        }
    }
}
