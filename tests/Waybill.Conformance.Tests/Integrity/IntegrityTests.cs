using Waybill.Conformance.Tests.KeyExchange;
using Waybill.Conformance.Tests.Server;
using Waybill.Ssh.Hosting;
using Waybill.TestKit;
using Waybill.TestKit.Ssh;

namespace Waybill.Conformance.Tests.Integrity;

/// <summary>A flipped bit anywhere in a sealed packet ends the connection, and nothing of the packet is delivered.</summary>
public sealed class IntegrityTests
{
    private const int DataLength = 100;

    public static TheoryData<string, string?> Pairs
    {
        get
        {
            var data = new TheoryData<string, string?>();
            foreach (var (cipher, mac) in RawAlgorithms.Pairs)
            {
                data.Add(cipher, mac);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_flipped_bit_ends_the_connection_and_delivers_nothing(string cipher, string? mac)
    {
        foreach (var (region, where) in Regions)
        {
            foreach (var bit in (int[])[0, 7])
            {
                var delivered = 0L;
                var server = new ServerUnderTest();
                server.Application.Find = _ => new SinkProgram(data => Interlocked.Add(ref delivered, data.Length));
                await using var connection = await server.LogInAsync(new RawKexInit().Only(cipher: cipher, mac: mac));
                var channel = await connection.Client.OpenSubsystemAsync("sink");
                connection.Client.Transport.Tamper = packet =>
                {
                    packet[where(packet.Length, connection.Client.Transport.Sealer!.TagLength)] ^= (byte)(1 << bit);
                    return packet;
                };
                await channel.SendDataUncheckedAsync(new byte[DataLength]);
                connection.Client.Transport.Tamper = null;
                var reason = (await StrictKeyExchangeTests.FloodUntilEndAsync(connection)).Reason;

                // A length that nobody could check yet may be over its limit or no multiple of the block.
                var allowed = region == "length"
                    ? new[] { SshEndReason.IntegrityError, SshEndReason.LimitExceeded, SshEndReason.ProtocolError }
                    : [SshEndReason.IntegrityError];
                Assert.True(allowed.Contains(reason), $"{cipher} {mac}, {region}, bit {bit}: {reason}");
                Assert.Equal(0, Interlocked.Read(ref delivered));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_packet_sent_twice_ends_the_connection(string cipher, string? mac)
    {
        var delivered = 0L;
        var server = new ServerUnderTest();
        server.Application.Find = _ => new SinkProgram(data => Interlocked.Add(ref delivered, data.Length));
        await using var connection = await server.LogInAsync(new RawKexInit().Only(cipher: cipher, mac: mac));
        var channel = await connection.Client.OpenSubsystemAsync("sink");
        var packet = connection.Client.Transport.Seal(channel.Message(SshMessage.ChannelData).String(new byte[DataLength]).ToArray());
        await connection.Client.Transport.SendRawAsync(packet);
        await connection.Client.Transport.SendRawAsync(packet);
        var reason = (await StrictKeyExchangeTests.FloodUntilEndAsync(connection)).Reason;
        Assert.True(reason is SshEndReason.IntegrityError or SshEndReason.LimitExceeded or SshEndReason.ProtocolError, $"{reason}");
        Assert.InRange(Interlocked.Read(ref delivered), 0, DataLength);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Padding_may_be_as_long_as_it_can_be(string cipher, string? mac)
    {
        await using var connection = await new ServerUnderTest().LogInAsync(new RawKexInit().Only(cipher: cipher, mac: mac));
        connection.Client.Transport.ChoosePadding = (_, least) => least + ((255 - least) / connection.Client.Transport.Sealer!.BlockSize * connection.Client.Transport.Sealer.BlockSize);
        await connection.EchoAsync();
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_packet_that_is_all_padding_or_too_little_ends_the_connection(string cipher, string? mac)
    {
        foreach (var padding in (int[])[0, 3, 255])
        {
            await using var connection = await new ServerUnderTest().LogInAsync(new RawKexInit().Only(cipher: cipher, mac: mac));
            var transport = connection.Client.Transport;
            var block = transport.Sealer!.BlockSize;
            var length = (block * 2) - (transport.Sealer.LengthCountsAsPadded ? 4 : 0);

            // The padding_length field lies; the packet itself is well sealed.
            var plain = new MessageBuilder().UInt32((uint)length).Byte((byte)padding).Byte(SshMessage.Ignore).Raw(new byte[length - 2]).ToArray();
            var packet = new byte[plain.Length + transport.Sealer.TagLength];
            transport.Sealer.Seal(transport.SendSequence++, plain, [], [], packet);
            await transport.SendRawAsync(packet);
            Assert.Equal(SshEndReason.ProtocolError, (await connection.EndAsync()).Reason);
        }
    }

    private static IEnumerable<(string Region, Func<int, int, int> Where)> Regions =>
    [
        ("length", (_, _) => 0),
        ("length", (_, _) => 1),
        ("length", (_, _) => 2),
        ("length", (_, _) => 3),
        ("padding length", (_, _) => 4),
        ("message number", (_, _) => 5),
        ("payload", (_, _) => 60),
        ("padding", (length, tag) => length - tag - 1),
        ("tag", (length, tag) => length - tag),
        ("tag", (length, _) => length - 1),
    ];
}
