using System.Buffers;
using System.Buffers.Binary;
using Waybill.SshKeys.Crypto;
using Waybill.TestKit;

namespace Waybill.SshKeys.Tests.Crypto;

public sealed class PacketCipherTests
{
    private const int LengthField = 4;
    private const int PayloadLength = 37;

    private static readonly byte[] Payload = new SeededRandom(7).Bytes(PayloadLength);

    public static TheoryData<string, string> Suites => PacketSuite.All;

    [Fact]
    public void Every_cipher_and_mac_of_the_policies_is_there()
    {
        Assert.Equal(
            ["aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "chacha20-poly1305@openssh.com", "aes256-ctr", "aes192-ctr", "aes128-ctr"],
            PacketCiphers.Names);
        Assert.Equal(["hmac-sha2-512-etm@openssh.com", "hmac-sha2-256-etm@openssh.com", "hmac-sha2-512", "hmac-sha2-256"], PacketCiphers.MacNames);
        Assert.Equal(15, Suites.Count);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void What_is_sealed_opens_however_it_is_cut_into_segments(string cipher, string mac)
    {
        var suite = new PacketSuite(cipher, mac);
        using var sealer = suite.Sealer();
        using var opener = suite.Opener();
        var packet = PacketSuite.Packet(sealer, Payload);
        var destination = new byte[packet.Length - LengthField];
        var sealedLength = packet.Length + sealer.TagLength;
        uint number = 0;
        for (var first = 0; first <= sealedLength; first++)
        {
            for (var second = first; second <= sealedLength; second++)
            {
                var wire = PacketSuite.Seal(sealer, number, packet);
                Assert.Equal((uint)destination.Length, opener.ReadPacketLength(number, wire.AsSpan(0, opener.LengthPrefix)));
                Assert.True(opener.TryOpen(number, Segments.Split(wire, first, second), destination));
                Assert.True(packet.AsSpan(LengthField).SequenceEqual(destination), $"cut at {first} and {second}");
                destination.AsSpan().Clear();
                number++;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void It_does_not_matter_how_the_sealer_is_given_its_pieces(string cipher, string mac)
    {
        var suite = new PacketSuite(cipher, mac);
        foreach (var length in (ReadOnlySpan<int>)[PayloadLength, 1100, 40_000])
        {
            using var shape = suite.Sealer();
            var packet = PacketSuite.Packet(shape, new SeededRandom(9).Bytes(length));
            using var whole = suite.Sealer();
            var expected = PacketSuite.Seal(whole, 3, packet);
            foreach (var head in (ReadOnlySpan<int>)[6, 7, 19, 20, 21, 30])
            {
                foreach (var padding in (ReadOnlySpan<int>)[0, 1, 15])
                {
                    using var sealer = suite.Sealer();
                    Assert.Equal(expected, PacketSuite.Seal(sealer, 3, packet, head, padding));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Packets_of_every_size_to_beyond_four_blocks_and_large_ones_open(string cipher, string mac)
    {
        var suite = new PacketSuite(cipher, mac);
        using var sealer = suite.Sealer();
        using var opener = suite.Opener();
        var random = new SeededRandom(11);
        uint number = 0;
        foreach (var length in Enumerable.Range(0, 80).Concat([1018, 1019, 1020, 1024, 4096, 32_768, 32_777, 262_130]))
        {
            var packet = PacketSuite.Packet(sealer, random.Bytes(length));
            var wire = PacketSuite.Seal(sealer, number, packet);
            var destination = new byte[packet.Length - LengthField];
            Assert.True(opener.TryOpen(number, new ReadOnlySequence<byte>(wire), destination));
            Assert.True(packet.AsSpan(LengthField).SequenceEqual(destination), $"payload of {length}");
            number++;
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Every_flipped_bit_is_noticed_and_no_plaintext_comes_out(string cipher, string mac)
    {
        var suite = new PacketSuite(cipher, mac);
        using var sealer = suite.Sealer();
        var packet = PacketSuite.Packet(sealer, Payload);
        var wire = PacketSuite.Seal(sealer, 5, packet);
        var destination = new byte[packet.Length - LengthField];
        for (var bit = 0; bit < wire.Length * 8; bit++)
        {
            wire[bit / 8] ^= (byte)(1 << (bit % 8));
            foreach (var askForLength in (ReadOnlySpan<bool>)[true, false])
            {
                destination.AsSpan().Fill(0xEE);
                using var opener = suite.Opener();
                if (askForLength)
                {
                    opener.ReadPacketLength(5, wire.AsSpan(0, opener.LengthPrefix));
                }

                Assert.False(opener.TryOpen(5, Segments.Split(wire, wire.Length / 2), destination), $"bit {bit}");
                Assert.False(destination.AsSpan().ContainsAnyExcept((byte)0), $"bit {bit}");
            }

            wire[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        using var untouched = suite.Opener();
        Assert.True(untouched.TryOpen(5, new ReadOnlySequence<byte>(wire), destination));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void A_repeated_or_reordered_packet_does_not_open(string cipher, string mac)
    {
        var suite = new PacketSuite(cipher, mac);
        using var sealer = suite.Sealer();
        var packet = PacketSuite.Packet(sealer, Payload);
        var first = PacketSuite.Seal(sealer, 0, packet);
        var second = PacketSuite.Seal(sealer, 1, packet);
        var destination = new byte[packet.Length - LengthField];

        using var repeating = suite.Opener();
        Assert.True(repeating.TryOpen(0, new ReadOnlySequence<byte>(first), destination));
        Assert.False(repeating.TryOpen(1, new ReadOnlySequence<byte>(first), destination));

        using var reordering = suite.Opener();
        Assert.False(reordering.TryOpen(0, new ReadOnlySequence<byte>(second), destination));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void The_sequence_number_wraps_to_zero(string cipher, string mac)
    {
        var suite = new PacketSuite(cipher, mac);
        using var sealer = suite.Sealer();
        using var opener = suite.Opener();
        var packet = PacketSuite.Packet(sealer, Payload);
        var destination = new byte[packet.Length - LengthField];
        var number = uint.MaxValue - 1;
        for (var i = 0; i < 4; i++)
        {
            var wire = PacketSuite.Seal(sealer, number, packet);
            Assert.Equal((uint)destination.Length, opener.ReadPacketLength(number, wire.AsSpan(0, opener.LengthPrefix)));
            Assert.True(opener.TryOpen(number, new ReadOnlySequence<byte>(wire), destination));
            number = unchecked(number + 1);
        }

        Assert.Equal(2u, number);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void The_length_can_be_asked_for_again_and_need_not_be_asked_for(string cipher, string mac)
    {
        var suite = new PacketSuite(cipher, mac);
        using var sealer = suite.Sealer();
        using var opener = suite.Opener();
        var packet = PacketSuite.Packet(sealer, Payload);
        var destination = new byte[packet.Length - LengthField];
        for (uint number = 0; number < 6; number++)
        {
            var wire = PacketSuite.Seal(sealer, number, packet);
            for (uint asked = 0; asked < number % 3; asked++)
            {
                Assert.Equal((uint)destination.Length, opener.ReadPacketLength(number, wire.AsSpan(0, opener.LengthPrefix)));
            }

            destination.AsSpan().Clear();
            Assert.True(opener.TryOpen(number, new ReadOnlySequence<byte>(wire), destination));
            Assert.True(packet.AsSpan(LengthField).SequenceEqual(destination));
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Sealing_and_opening_allocate_nothing(string cipher, string mac)
    {
        const int Packets = 64;
        var suite = new PacketSuite(cipher, mac);
        using var sealer = suite.Sealer();
        using var opener = suite.Opener();
        var packet = PacketSuite.Packet(sealer, new SeededRandom(3).Bytes(32_768));
        var wire = new byte[packet.Length + sealer.TagLength];
        var sequence = Segments.Split(wire, 3, 1000, 30_000);
        var destination = new byte[packet.Length - LengthField];
        var padding = packet.Length - 4;
        var opened = 0;
        uint number = 0;
        var allocated = Allocations.InSteadyState(() =>
        {
            for (var i = 0; i < Packets; i++, number++)
            {
                sealer.Seal(number, packet.AsSpan(0, 30), packet.AsSpan(30, padding - 30), packet.AsSpan(padding), wire);
                opener.ReadPacketLength(number, wire.AsSpan(0, opener.LengthPrefix));
                opened += opener.TryOpen(number, sequence, destination) ? 1 : 0;
            }
        });
        Assert.Equal(0, allocated);
        Assert.Equal(number, (uint)opened);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void A_destination_of_another_length_is_a_defect_of_the_caller(string cipher, string mac)
    {
        var suite = new PacketSuite(cipher, mac);
        using var sealer = suite.Sealer();
        using var opener = suite.Opener();
        var packet = PacketSuite.Packet(sealer, Payload);
        var wire = new byte[packet.Length + sealer.TagLength];

        Assert.Throws<ArgumentException>(() => sealer.Seal(0, packet, [], [], new byte[wire.Length + 1]));
        Assert.Throws<ArgumentException>(() => sealer.Seal(0, packet, [], [], new byte[wire.Length - 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => sealer.Seal(0, packet.AsSpan(0, 4), packet.AsSpan(4), [], wire));
        Assert.Throws<ArgumentException>(() => opener.TryOpen(0, new ReadOnlySequence<byte>(wire), new byte[packet.Length]));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Use_after_dispose_throws_instead_of_touching_freed_memory(string cipher, string mac)
    {
        var suite = new PacketSuite(cipher, mac);
        var sealer = suite.Sealer();
        var opener = suite.Opener();
        var packet = PacketSuite.Packet(sealer, Payload);
        var wire = PacketSuite.Seal(sealer, 0, packet);
        sealer.Dispose();
        sealer.Dispose();
        opener.Dispose();
        Assert.Throws<ObjectDisposedException>(() => PacketSuite.Seal(sealer, 1, packet));
        Assert.Throws<ObjectDisposedException>(() => opener.TryOpen(0, new ReadOnlySequence<byte>(wire), new byte[packet.Length - LengthField]));
    }

    [Theory]
    [InlineData("hmac-sha2-256")]
    [InlineData("hmac-sha2-512")]
    public void With_a_plain_mac_a_packet_that_ends_within_a_block_is_refused(string mac)
    {
        var suite = new PacketSuite("aes128-ctr", mac);
        foreach (var length in (ReadOnlySpan<int>)[0, 1, 8, 11, 13, 27])
        {
            using var opener = suite.Opener();
            var wire = new byte[LengthField + length + opener.TagLength];
            Assert.False(opener.TryOpen(0, new ReadOnlySequence<byte>(wire), new byte[length]));
        }
    }

    [Fact]
    public void Before_the_first_newkeys_packets_travel_as_they_are()
    {
        using var sealer = PacketCiphers.PlainSealer();
        using var opener = PacketCiphers.PlainOpener();
        var packet = PacketSuite.Packet(sealer, Payload);
        Assert.Equal(0, packet.Length % 8);
        var wire = PacketSuite.Seal(sealer, 0, packet);
        Assert.Equal(packet, wire);
        Assert.Equal((uint)(packet.Length - LengthField), opener.ReadPacketLength(0, wire.AsSpan(0, opener.LengthPrefix)));
        var destination = new byte[packet.Length - LengthField];
        Assert.True(opener.TryOpen(0, Segments.Split(wire, 2, 9), destination));
        Assert.Equal(packet[LengthField..], destination);
    }

    [Fact]
    public void Names_and_key_lengths_that_do_not_exist_are_refused()
    {
        Assert.Throws<ArgumentException>(() => PacketCiphers.KeyLength("aes256-cbc"));
        Assert.Throws<ArgumentException>(() => PacketCiphers.MacKeyLength("hmac-sha1"));
        Assert.Throws<ArgumentException>(() => PacketCiphers.CreateSealer("none", null, [], [], []));
        Assert.Throws<ArgumentException>(() => PacketCiphers.CreateSealer("aes256-ctr", null, new byte[32], new byte[16], new byte[32]));
        Assert.Throws<ArgumentException>(() => PacketCiphers.CreateOpener("aes256-ctr", "hmac-sha2-256", new byte[32], new byte[16], new byte[31]));
        Assert.Throws<ArgumentException>(() => PacketCiphers.CreateOpener("aes256-gcm@openssh.com", null, new byte[31], new byte[12], []));
        Assert.Throws<ArgumentException>(() => PacketCiphers.CreateOpener("aes256-gcm@openssh.com", null, new byte[32], new byte[16], []));
    }

    [Fact]
    public void An_unauthenticated_length_is_only_reported()
    {
        using var opener = new PacketSuite("aes128-gcm@openssh.com", "").Opener();
        var prefix = new byte[LengthField];
        BinaryPrimitives.WriteUInt32BigEndian(prefix, uint.MaxValue);
        Assert.Equal(uint.MaxValue, opener.ReadPacketLength(0, prefix));
    }
}
