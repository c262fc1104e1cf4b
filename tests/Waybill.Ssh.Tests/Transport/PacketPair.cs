using System.Buffers;
using Waybill.SshKeys.Crypto;
using Waybill.TestKit;

namespace Waybill.Ssh.Tests.Transport;

/// <summary>A sealer and an opener with the same keys, and packets made by hand.</summary>
internal static class PacketPair
{
    public static TheoryData<string, string?> Ciphers => new()
    {
        { "aes256-gcm@openssh.com", null },
        { "aes128-gcm@openssh.com", null },
        { "chacha20-poly1305@openssh.com", null },
        { "aes256-ctr", "hmac-sha2-512-etm@openssh.com" },
        { "aes128-ctr", "hmac-sha2-256-etm@openssh.com" },
        { "aes192-ctr", "hmac-sha2-256" },
        { "aes128-ctr", "hmac-sha2-512" },
    };

    public static (PacketSealer Sealer, PacketOpener Opener) Create(string cipher, string? mac)
    {
        var random = new SeededRandom(42);
        var key = random.Bytes(PacketCiphers.KeyLength(cipher));
        var iv = random.Bytes(PacketCiphers.IvLength(cipher));
        var macKey = mac is null ? [] : random.Bytes(PacketCiphers.MacKeyLength(mac));
        return (PacketCiphers.CreateSealer(cipher, mac, key, iv, macKey), PacketCiphers.CreateOpener(cipher, mac, key, iv, macKey));
    }

    public static byte[] Seal(PacketSealer sealer, uint sequence, ReadOnlySpan<byte> payload)
    {
        var counted = 1 + payload.Length + (sealer.LengthCountsAsPadded ? 4 : 0);
        var padding = sealer.BlockSize - (counted % sealer.BlockSize);
        padding += padding < 4 ? sealer.BlockSize : 0;
        var head = new MessageBuilder().UInt32((uint)(1 + payload.Length + padding)).Byte((byte)padding).Raw(payload).ToArray();
        var packet = new byte[head.Length + padding + sealer.TagLength];
        sealer.Seal(sequence, head, [], new byte[padding], packet);
        return packet;
    }

    public static ReadOnlySequence<byte> InSegments(byte[] bytes, int size)
    {
        Segment? first = null;
        Segment? last = null;
        for (var at = 0; at < bytes.Length; at += size)
        {
            var segment = new Segment(bytes.AsMemory(at, Math.Min(size, bytes.Length - at)), last);
            first ??= segment;
            last = segment;
        }

        return first is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? before)
        {
            Memory = memory;
            if (before is not null)
            {
                RunningIndex = before.RunningIndex + before.Memory.Length;
                before.Next = this;
            }
        }
    }
}
