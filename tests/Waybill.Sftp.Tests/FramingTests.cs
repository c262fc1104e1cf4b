using System.Buffers;
using Waybill.Sftp.Tests.Support;
using Waybill.TestKit;
using Waybill.TestKit.Sftp;

namespace Waybill.Sftp.Tests;

public sealed class FramingTests
{
    [Theory]
    [InlineData(0u)]
    [InlineData(262_145u)]
    [InlineData(0x7FFF_FFFFu)]
    [InlineData(0x8000_0000u)]
    [InlineData(uint.MaxValue)]
    public async Task A_length_that_no_message_has_ends_the_session(uint length)
    {
        await using var harness = await SftpHarness.StartAsync();
        await harness.Client.SendRawAsync(new MessageBuilder().UInt32(length).Raw(new byte[64]).ToArray());
        Assert.Equal(SftpServer.ExitFailed, await harness.ExitAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_message_without_an_id_ends_the_session(int length)
    {
        await using var harness = await SftpHarness.StartAsync();
        await harness.Client.SendPacketAsync(new byte[length].Select(_ => SftpPacket.Stat).ToArray());
        Assert.Equal(SftpServer.ExitFailed, await harness.ExitAsync());
    }

    [Fact]
    public async Task The_longest_message_is_taken()
    {
        await using var harness = await SftpHarness.StartAsync();
        var handle = await harness.OpenAsync("/f", SftpOpen.Write | SftpOpen.Create);
        var data = new SeededRandom(3).Bytes(262_144 - 1 - 4 - 4 - handle.Length - 8 - 4);
        Assert.True((await harness.Client.WriteAsync(handle, 0, data)).IsOk);
        Assert.True((await harness.Client.CloseAsync(handle)).IsOk);
        Assert.Equal(data, harness.Memory.ContentOf("/f"));
    }

    [Fact]
    public async Task An_input_that_ends_inside_a_message_is_a_failure()
    {
        await using var harness = await SftpHarness.StartAsync();
        await harness.Client.SendRawAsync(new byte[] { 0, 0, 0, 9, SftpPacket.Stat });
        Assert.Equal(SftpServer.ExitFailed, await harness.EndAsync());
    }

    [Fact]
    public async Task A_session_cut_at_any_byte_into_two_pieces_is_answered_the_same()
    {
        var input = Recorded();
        var whole = await ReplayAsync(input, input.Length);
        Assert.Contains(whole, reply => reply[4] == SftpPacket.Data);
        for (var cut = 1; cut < input.Length; cut++)
        {
            Assert.Equal(whole, await ReplayAsync(input, cut));
        }
    }

    [Fact]
    public async Task A_session_that_comes_byte_by_byte_is_answered_the_same()
    {
        var input = Recorded();
        Assert.Equal(await ReplayAsync(input, input.Length), await ReplayAsync(input, 0));
    }

    [Fact]
    public async Task A_request_cut_short_or_with_bytes_behind_it_is_a_bad_message_and_the_session_goes_on()
    {
        await using var harness = await SftpHarness.StartAsync(new SftpOptions { Links = true });
        harness.Memory.AddFile("/f", "content"u8);
        var file = await harness.OpenAsync("/f", SftpOpen.Read | SftpOpen.Write);
        var other = await harness.OpenAsync("/g", SftpOpen.Write | SftpOpen.Create);
        var directory = await harness.OpenDirAsync("/");
        foreach (var row in SftpOperations.All)
        {
            var fields = Fields(row, file, other, directory);
            for (var length = 0; length < fields.Length; length++)
            {
                var reply = await harness.Client.RequestAsync((byte)row.Type, request => request.Raw(fields.AsSpan(0, length)));
                Assert.True(reply.Status == SftpStatus.BadMessage, $"{row.Name} cut to {length}: {reply}");
            }

            if (row.Name is not ("REALPATH" or "WRITE"))
            {
                var longer = await harness.Client.RequestAsync((byte)row.Type, request => request.Raw(fields).Byte(0));
                Assert.True(longer.Status == SftpStatus.BadMessage, $"{row.Name} with a byte more: {longer}");
            }
        }

        Assert.Equal(["/", "/f"], harness.Memory.Paths);
        Assert.Empty(harness.Journal.Events);
        Assert.Equal(SftpPacket.Attributes, (await harness.Client.StatAsync("/")).Type);
    }

    [Fact]
    public void Framing_takes_messages_off_whatever_segments_they_lie_in()
    {
        var input = ByteSegment.Chain([0], [0, 0], [2], [7], [8, 0, 0], [0, 1, 9, 0, 0, 0, 5, 1]);
        Assert.Equal(SftpFrame.Message, SftpFraming.TryTake(ref input, 100, out var first));
        Assert.Equal([7, 8], first.ToArray());
        Assert.Equal(SftpFrame.Message, SftpFraming.TryTake(ref input, 100, out var second));
        Assert.Equal([9], second.ToArray());
        Assert.Equal(SftpFrame.Incomplete, SftpFraming.TryTake(ref input, 100, out _));
        Assert.Equal(5, input.Length);
        Assert.Equal(SftpFrame.Bad, SftpFraming.TryTake(ref input, 4, out _));
    }

    private static byte[] Fields(SftpOperation row, byte[] file, byte[] other, byte[] directory)
    {
        var fields = new MessageBuilder();
        if (row.Type == Wire.SftpMessageType.Extended)
        {
            fields.String(row.Name);
        }

        switch (row.Name)
        {
            case "OPEN":
                return fields.String("/f").UInt32(1).UInt32(0).ToArray();
            case "READ":
                return fields.String(file).UInt64(0).UInt32(1).ToArray();
            case "WRITE":
                return fields.String(file).UInt64(0).String("x").ToArray();
            case "FSETSTAT":
                return fields.String(file).UInt32(0x8000_000F).UInt64(1).UInt64(2).UInt32(3).UInt64(4).UInt32(1).String("a").String("b").ToArray();
            case "SETSTAT" or "lsetstat@openssh.com" or "MKDIR":
                return fields.String("/f").UInt32(0x8000_000F).UInt64(1).UInt64(2).UInt32(3).UInt64(4).UInt32(1).String("a").String("b").ToArray();
            case "copy-data":
                return fields.String(file).UInt64(0).UInt64(0).String(other).UInt64(0).ToArray();
            case "users-groups-by-id@openssh.com":
                return fields.String(new byte[4]).String(new byte[4]).ToArray();
            case "READDIR":
                return fields.String(directory).ToArray();
            case "limits@openssh.com":
                return fields.ToArray();
            default:
                return row.Subject switch
                {
                    SftpSubject.Handle => fields.String(file).ToArray(),
                    SftpSubject.TwoPaths or SftpSubject.TextAndPath => fields.String("/f").String("/new").ToArray(),
                    _ => fields.String("/f").ToArray(),
                };
        }
    }

    private static byte[] Recorded()
    {
        var session = new MessageBuilder();
        Add(new MessageBuilder(SftpPacket.Init).UInt32(3));
        Add(new MessageBuilder(SftpPacket.Stat).UInt32(1).String("/f"));
        Add(new MessageBuilder(SftpPacket.MkDir).UInt32(2).String("/d").UInt32(4).UInt32(0x1ED));
        Add(new MessageBuilder(SftpPacket.RealPath).UInt32(3).String(""));
        Add(new MessageBuilder(SftpPacket.Extended).UInt32(4).String("limits@openssh.com"));
        Add(new MessageBuilder(SftpPacket.Read).UInt32(5).String(FixedHandle).UInt64(0).UInt32(5));
        Add(new MessageBuilder(SftpPacket.Write).UInt32(6).String(FixedHandle).UInt64(3).String(new byte[50]));
        Add(new MessageBuilder(SftpPacket.Write).UInt32(7).String("short").UInt64(3).String(new byte[50]));
        Add(new MessageBuilder(99).UInt32(8));
        Add(new MessageBuilder(SftpPacket.Close).UInt32(9).String(FixedHandle));
        return session.ToArray();

        void Add(MessageBuilder message) => session.String(message.ToArray());
    }

    private static readonly byte[] FixedHandle = new byte[SftpHandle.Length];

    private static async Task<List<byte[]>> ReplayAsync(byte[] input, int cut)
    {
        var memory = new TestKit.Storage.MemoryFileStore();
        memory.AddFile("/f", "content of f"u8);
        await using var session = await DirectSession.OpenAsync(memory, new byte[SftpHandle.NonceLength], "/f");
        if (cut == 0)
        {
            await session.FeedAsync([.. input.Select(value => new[] { value })]);
        }
        else
        {
            await session.FeedAsync([input[..cut], input[cut..]]);
        }

        return session.Replies();
    }
}
