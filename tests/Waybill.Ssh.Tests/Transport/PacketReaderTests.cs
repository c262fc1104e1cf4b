using System.Buffers;
using Waybill.Ssh.Hosting;
using Waybill.Ssh.Transport;
using Waybill.SshKeys.Crypto;
using Waybill.TestKit;

namespace Waybill.Ssh.Tests.Transport;

public sealed class PacketReaderTests
{
    private const int Maximum = 35_000;

    public static TheoryData<string, string?> Ciphers => PacketPair.Ciphers;

    [Theory]
    [MemberData(nameof(Ciphers))]
    public void Packets_are_read_whatever_the_segments(string cipher, string? mac)
    {
        var (sealer, opener) = PacketPair.Create(cipher, mac);
        using var reader = new PacketReader { MaximumPacket = Maximum };
        reader.SwitchKeys(opener, resetSequence: true);
        var payloads = Enumerable.Range(0, 20).Select(i => new SeededRandom((ulong)i + 1).Bytes(1 + (i * 511))).ToArray();
        var wire = payloads.SelectMany((payload, i) => PacketPair.Seal(sealer, (uint)i, payload)).ToArray();
        var random = new SeededRandom(5);

        var buffered = new List<byte>();
        var read = new List<byte[]>();
        for (var at = 0; at < wire.Length;)
        {
            var count = Math.Min(wire.Length - at, 1 + random.Next(700));
            buffered.AddRange(wire.AsSpan(at, count));
            at += count;
            var rest = PacketPair.InSegments([.. buffered], 1 + random.Next(100));
            var before = rest.Length;
            while (reader.TryRead(ref rest, out var payload))
            {
                read.Add(payload.ToArray());
            }

            reader.EndBatch();
            Assert.False(reader.HoldsBuffer);
            buffered.RemoveRange(0, (int)(before - rest.Length));
        }

        Assert.Equal(payloads, read);
        Assert.Equal((uint)payloads.Length, reader.SequenceNumber);
        Assert.Equal(payloads.Length, reader.KeyPackets);
        Assert.Equal(wire.Length, reader.KeyBytes);
    }

    [Theory]
    [InlineData(35_001u)]
    [InlineData(uint.MaxValue)]
    [InlineData(0x8000_0000u)]
    [InlineData(0u)]
    [InlineData(4u)]
    [InlineData(11u)]
    [InlineData(13u)]
    public void A_bad_packet_length_is_refused_before_more_is_read(uint length)
    {
        using var reader = new PacketReader { MaximumPacket = Maximum };
        var failure = Assert.Throws<SshDisconnectException>(() => TryReadOne(reader, new MessageBuilder().UInt32(length).ToArray()));
        Assert.Equal(SshEndReason.ProtocolError, failure.Reason);
        Assert.False(reader.HoldsBuffer);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(0)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(255)]
    public void A_bad_padding_length_is_refused(int padding)
    {
        using var reader = new PacketReader { MaximumPacket = Maximum };
        var packet = new MessageBuilder().UInt32(12).Byte((byte)padding).Raw(new byte[11]).ToArray();
        var failure = Assert.Throws<SshDisconnectException>(() => TryReadOne(reader, packet));
        Assert.Equal(SshEndReason.ProtocolError, failure.Reason);
    }

    [Theory]
    [MemberData(nameof(Ciphers))]
    public void Any_flipped_bit_ends_the_connection(string cipher, string? mac)
    {
        var payload = new SeededRandom(3).Bytes(40);
        var length = PacketPair.Seal(PacketPair.Create(cipher, mac).Sealer, 0, payload).Length;
        for (var at = 0; at < length; at++)
        {
            var (sealer, opener) = PacketPair.Create(cipher, mac);
            var packet = PacketPair.Seal(sealer, 0, payload);
            packet[at] ^= 1;
            using var reader = new PacketReader { MaximumPacket = Maximum };
            reader.SwitchKeys(opener, resetSequence: true);
            // A changed length may ask for more bytes first, as many as it says: they come.
            var failure = Assert.Throws<SshDisconnectException>(() => TryReadOne(reader, [.. packet, .. new byte[Maximum]]));
            Assert.True(failure.Reason is SshEndReason.IntegrityError or SshEndReason.ProtocolError);
        }
    }

    [Fact]
    public void The_longest_packet_is_read_and_one_block_more_is_not()
    {
        const int block = 8;
        var longest = (Maximum / block * block) - 4;
        using var reader = new PacketReader { MaximumPacket = longest };
        Assert.True(TryReadOne(reader, new MessageBuilder().UInt32((uint)longest).Byte(4).Raw(new byte[longest - 1]).ToArray()));
        Assert.Throws<SshDisconnectException>(() => TryReadOne(reader, new MessageBuilder().UInt32((uint)longest + block).ToArray()));
    }

    [Theory]
    [InlineData("aes256-gcm@openssh.com", null)]
    [InlineData("chacha20-poly1305@openssh.com", null)]
    [InlineData("aes128-ctr", "hmac-sha2-256-etm@openssh.com")]
    public void Reading_allocates_nothing(string cipher, string? mac)
    {
        const int count = 40;
        var (sealer, opener) = PacketPair.Create(cipher, mac);
        var payload = new byte[32 * 1024];
        var packets = Enumerable.Range(0, count * (Allocations.Rounds + 1)).Select(i => new ReadOnlySequence<byte>(PacketPair.Seal(sealer, (uint)i, payload))).ToArray();
        using var reader = new PacketReader { MaximumPacket = 256 * 1024 };
        reader.SwitchKeys(opener, resetSequence: true);
        var next = 0;

        Assert.Equal(0, Allocations.InSteadyState(() =>
        {
            for (var i = 0; i < count; i++)
            {
                var rest = packets[next++];
                if (!reader.TryRead(ref rest, out _))
                {
                    throw new InvalidOperationException("The packet is whole.");
                }

                reader.EndBatch();
            }
        }));
    }

    private static bool TryReadOne(PacketReader reader, byte[] bytes)
    {
        var rest = new ReadOnlySequence<byte>(bytes);
        return reader.TryRead(ref rest, out _);
    }
}
