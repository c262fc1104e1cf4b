using Waybill.Conformance.Tests.Server;
using Waybill.Ssh.Hosting;
using Waybill.TestKit;
using Waybill.TestKit.Ssh;

namespace Waybill.Conformance.Tests.Channels;

/// <summary>Windows, packet sizes and floods (CVE-2026-39834, CVE-2026-39830, CVE-2026-39827).</summary>
public sealed class WindowTests
{
    private long _sent;

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(0x8000_0000u)]
    [InlineData(0xFFFF_FFFFu)]
    public async Task A_client_gets_no_more_than_its_window_whatever_its_size(uint window)
    {
        await using var connection = await SourceAsync();
        var channel = await connection.Client.OpenSubsystemAsync("source", window);
        channel.AutoAdjust = false;

        // The client itself throws when more comes than its window allows.
        for (long received = 0; received < Math.Min(window, 300_000u);)
        {
            received += (await channel.ReceiveDataAsync())!.Length;
        }

        await channel.AdjustAsync(window > int.MaxValue ? 0 : 1000u);
        await channel.CloseAsync();
        Assert.True(await StopsSendingAsync());
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(0xFFFF_FFFFu)]
    public async Task A_client_gets_no_more_than_its_maximum_packet(uint packet)
    {
        await using var connection = await SourceAsync();
        var channel = await connection.Client.OpenSubsystemAsync("source", 4096, packet);
        channel.AutoAdjust = false;
        for (long received = 0; received < 4096;)
        {
            var piece = await channel.ReceiveDataAsync();
            Assert.InRange((uint)piece!.Length, 1u, packet);
            received += piece.Length;
        }

        await channel.CloseAsync();
    }

    [Fact]
    public async Task A_maximum_packet_of_zero_is_refused_or_sends_nothing()
    {
        await using var connection = await SourceAsync();
        try
        {
            var channel = await connection.Client.OpenSubsystemAsync("source", 4096, 0);
            await channel.CloseAsync();
        }
        catch (InvalidOperationException)
        {
            // Refused, in words.
        }

        await connection.Client.DisconnectAsync();
        Assert.Equal(SshEndReason.ClientClosed, (await connection.EndAsync()).Reason);
    }

    [Fact]
    public async Task A_window_that_grows_beyond_32_bits_ends_the_connection()
    {
        await using var connection = await new ServerUnderTest().LogInAsync();
        var channel = await connection.Client.OpenSubsystemAsync("echo", 0xFFFF_FFFF);
        await channel.AdjustAsync(0xFFFF_FFFF);
        Assert.Equal(SshEndReason.ProtocolError, (await connection.EndAsync()).Reason);
    }

    [Fact]
    public async Task Data_beyond_the_servers_window_ends_the_connection()
    {
        var delivered = 0L;
        var blocked = new TaskCompletionSource();
        var server = new ServerUnderTest(new SshLimits { Window = 64 * 1024, MaximumWindow = 64 * 1024 });
        server.Application.Find = _ => new StuckProgram(blocked.Task);
        await using var connection = await server.LogInAsync();
        var channel = await connection.Client.OpenSubsystemAsync("stuck");
        var window = channel.RemoteWindow;
        Assert.Equal(64 * 1024, window);
        for (; delivered < window; delivered += 32 * 1024)
        {
            await channel.SendDataUncheckedAsync(new byte[32 * 1024]);
        }

        // OpenSSH lets a tenth more pass, and so do we: old clients count wrongly.
        await channel.SendDataUncheckedAsync(new byte[(window / 10) + 1]);
        var report = await connection.EndAsync();
        blocked.SetResult();
        Assert.True(report.Reason is SshEndReason.ProtocolError or SshEndReason.LimitExceeded, report.ToString());
    }

    [Fact]
    public async Task A_data_message_above_the_servers_maximum_packet_ends_the_connection()
    {
        await using var connection = await new ServerUnderTest().LogInAsync();
        var channel = await connection.Client.OpenSubsystemAsync("echo");
        await channel.SendDataUncheckedAsync(new byte[channel.RemotePacket + 1]);
        var reason = (await connection.EndAsync()).Reason;
        Assert.True(reason is SshEndReason.ProtocolError or SshEndReason.LimitExceeded, $"{reason}");
    }

    [Theory]
    [InlineData(SshMessage.ChannelData)]
    [InlineData(SshMessage.ChannelEof)]
    [InlineData(SshMessage.ChannelClose)]
    [InlineData(SshMessage.ChannelWindowAdjust)]
    [InlineData(SshMessage.ChannelRequest)]
    public async Task Messages_after_CLOSE_do_no_harm(byte number)
    {
        var server = new ServerUnderTest();
        await using var connection = await server.LogInAsync();
        var channel = await connection.Client.OpenSubsystemAsync("echo");
        await channel.SendCloseAsync();
        var message = channel.Message(number);
        message = number switch
        {
            SshMessage.ChannelData => message.String("late"),
            SshMessage.ChannelWindowAdjust => message.UInt32(1),
            SshMessage.ChannelRequest => message.String("subsystem").Boolean(true).String("echo"),
            _ => message,
        };
        await connection.Client.SendAsync(message.ToArray());

        // Either is right: to end the connection, or to drop it. What must not be: a second program, or an internal error.
        try
        {
            await connection.EchoAsync();
        }
        catch (PeerClosedException)
        {
            Assert.Equal(SshEndReason.ProtocolError, (await connection.ReportAsync()).Reason);
        }

        Assert.InRange(server.Application.ProgramsRun, 1, 2);
    }

    [Fact]
    public async Task Data_after_EOF_is_not_delivered()
    {
        var delivered = 0L;
        var server = new ServerUnderTest();
        server.Application.Find = _ => new SinkProgram(data => Interlocked.Add(ref delivered, data.Length));
        await using var connection = await server.LogInAsync();
        var channel = await connection.Client.OpenSubsystemAsync("sink");
        await channel.SendDataAsync(new byte[10]);
        await channel.SendEofAsync();
        try
        {
            await channel.SendDataUncheckedAsync(new byte[1000]);
            await channel.WaitForCloseAsync();
        }
        catch (PeerClosedException)
        {
            Assert.Equal(SshEndReason.ProtocolError, (await connection.ReportAsync()).Reason);
        }

        Assert.InRange(Interlocked.Read(ref delivered), 0, 10);
    }

    [Fact]
    public async Task Extended_data_of_any_type_does_not_eat_the_window()
    {
        await using var connection = await new ServerUnderTest(new SshLimits { Window = 64 * 1024, MaximumWindow = 64 * 1024 }).LogInAsync();
        var channel = await connection.Client.OpenSubsystemAsync("echo");
        var total = 0L;
        for (uint type = 0; type <= 5; type++)
        {
            for (var i = 0; i < 8; i++, total += 8192)
            {
                await connection.Client.SendAsync(channel.Message(SshMessage.ChannelExtendedData).UInt32(type).String(new byte[8192]).ToArray());
                await connection.Client.SendAsync(MessageOf("keepalive@openssh.com"));
                await connection.Client.PumpUntilAsync(() => connection.Client.Strays.TryDequeue(out _));
            }
        }

        // Six windows of it went by. The channel still takes data.
        Assert.True(total > 5 * 64 * 1024);
        await channel.SendDataAsync("alive"u8.ToArray());
        Assert.Equal("alive"u8.ToArray(), await channel.ReceiveDataAsync());
    }

    [Fact]
    public async Task A_flood_of_unsolicited_replies_leaves_the_connection_alive()
    {
        await using var connection = await new ServerUnderTest().LogInAsync();
        var channel = await connection.Client.OpenSubsystemAsync("echo");
        for (var i = 0; i < 100_000; i++)
        {
            await connection.Client.SendAsync((i % 4) switch
            {
                0 => [SshMessage.RequestSuccess],
                1 => [SshMessage.RequestFailure],
                2 => channel.Message(SshMessage.ChannelSuccess).ToArray(),
                _ => channel.Message(SshMessage.ChannelFailure).ToArray(),
            });
        }

        await connection.EchoAsync();
        await connection.Client.DisconnectAsync();
        Assert.Equal(SshEndReason.ClientClosed, (await connection.EndAsync()).Reason);
    }

    [Fact]
    public async Task Channels_beyond_the_limit_are_refused_and_free_again_when_closed()
    {
        var limit = new SshLimits().Channels;
        await using var connection = await new ServerUnderTest().LogInAsync();
        for (var round = 0; round < 3; round++)
        {
            var channels = new List<RawSshChannel>();
            for (var i = 0; i < limit; i++)
            {
                channels.Add(await connection.Client.OpenSubsystemAsync("echo"));
            }

            await Assert.ThrowsAsync<InvalidOperationException>(() => connection.Client.OpenChannelAsync());
            foreach (var channel in channels)
            {
                await channel.CloseAsync();
            }
        }
    }

    [Fact]
    public async Task One_stuck_channel_does_not_stop_the_others()
    {
        var blocked = new TaskCompletionSource();
        var server = new ServerUnderTest();
        server.Application.Find = name => name == "stuck" ? new StuckProgram(blocked.Task) : new EchoProgram();
        await using var connection = await server.LogInAsync();
        var stuck = await connection.Client.OpenSubsystemAsync("stuck");
        await stuck.SendDataAsync(new byte[stuck.RemoteWindow]);
        await connection.EchoAsync(500_000);
        blocked.SetResult();
        await stuck.CloseAsync();
    }

    private static byte[] MessageOf(string globalRequest) => new MessageBuilder(SshMessage.GlobalRequest).String(globalRequest).Boolean(true).ToArray();

    private async Task<ServerConnection> SourceAsync()
    {
        var server = new ServerUnderTest();
        server.Application.Find = _ => new SourceProgram(total => Interlocked.Exchange(ref _sent, total));
        return await server.LogInAsync();
    }

    private async Task<bool> StopsSendingAsync()
    {
        for (var i = 0; i < 1200; i++)
        {
            var before = Interlocked.Read(ref _sent);
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            if (Interlocked.Read(ref _sent) == before)
            {
                return true;
            }
        }

        return false;
    }
}
