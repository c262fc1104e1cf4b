using System.Net.Sockets;
using Waybill.Net.Threads;
using Waybill.Ssh.Hosting;
using Waybill.Ssh.Tests.KeyExchange;
using Waybill.Ssh.Transport;
using Waybill.TestKit;
using Waybill.TestKit.Ssh;

namespace Waybill.Ssh.Tests.Hosting;

public sealed class SshConnectionTests
{
    [Fact]
    public async Task A_session_ends_with_one_complete_report()
    {
        await using var server = new TestServer();
        await server.LogInAsync();
        await KeyExchangeTests.EchoAsync(await server.Client.OpenSubsystemAsync(EchoProgram.Name), 50_000);
        await server.Client.DisconnectAsync(11, "bye\u001b[2J");

        var report = await server.EndsWithAsync(SshEndReason.ClientClosed);
        Assert.Equal(@"the client disconnected with code 11: bye\u{1b}[2J", report.Detail);
        Assert.True(report.LoggedIn);
        Assert.Equal(TestApplication.User, report.User);
        Assert.Equal("Waybill_TestKit", report.Connection.ClientSoftware);
        Assert.Equal("curve25519-sha256 ssh-ed25519 aes256-gcm@openssh.com", report.Connection.Algorithms);
        Assert.Equal(8, report.ClientOffer.Count);
        Assert.InRange(report.BytesReceived, 50_000, 60_000);
        Assert.InRange(report.BytesSent, 50_000, 60_000);
        Assert.Equal(1, server.Application.LoginsDisposed);
    }

    [Fact]
    public async Task A_kick_ends_the_session_with_a_word_to_the_client()
    {
        await using var server = new TestServer();
        await server.LogInAsync();
        await server.Client.OpenSubsystemAsync(EchoProgram.Name);
        await server.Application.Kick.CancelAsync();
        var ending = await server.Client.ReceiveEndAsync();
        Assert.Equal(11u, ending.Disconnect!.Reason);
        await server.EndsWithAsync(SshEndReason.Kicked);
    }

    [Fact]
    public async Task A_login_that_was_kicked_before_it_began_ends_at_once()
    {
        await using var server = new TestServer();
        await server.Application.Kick.CancelAsync();
        await server.Client.HandshakeAsync();
        await server.Client.RequestServiceAsync();
        await server.Client.SendAsync(server.Client.SignedRequest(TestApplication.User, server.Application.UserKey));
        await server.EndsWithAsync(SshEndReason.Kicked);
    }

    [Fact]
    public async Task A_stopping_server_ends_a_connection_before_login_at_once()
    {
        await using var server = new TestServer();
        await server.Client.HandshakeAsync();
        server.Connection.RequestClose();
        var ending = await server.Client.ReceiveEndAsync();
        Assert.Contains("stopping", ending.Disconnect!.Text, StringComparison.Ordinal);
        await server.EndsWithAsync(SshEndReason.ServerStopping);
    }

    [Fact]
    public async Task A_stopping_server_lets_a_transfer_finish_and_starts_no_other()
    {
        await using var server = new TestServer();
        await server.LogInAsync();
        var echo = await server.Client.OpenSubsystemAsync(EchoProgram.Name);
        server.Connection.RequestClose();
        await KeyExchangeTests.EchoAsync(echo, 100_000);
        await Assert.ThrowsAsync<InvalidOperationException>(() => server.Client.OpenSubsystemAsync(EchoProgram.Name));
        Assert.Empty(server.Application.Reports);
        await echo.SendEofAsync();
        await echo.WaitForCloseAsync();
        Assert.Equal(0u, echo.ExitStatus);
        await server.EndsWithAsync(SshEndReason.ServerStopping);
    }

    [Fact]
    public async Task A_broken_network_is_told_from_a_closed_connection()
    {
        await using var broken = new TestServer();
        await broken.LogInAsync();
        broken.Connection.Break();
        await broken.EndsWithAsync(SshEndReason.ConnectionLost);

        await using var closed = new TestServer();
        await closed.LogInAsync();
        await closed.Client.DisposeAsync();
        await closed.EndsWithAsync(SshEndReason.ClientClosed);

        await using var withChannel = new TestServer();
        await withChannel.LogInAsync();
        await withChannel.Client.OpenSubsystemAsync(EchoProgram.Name);
        await withChannel.Client.DisposeAsync();
        await withChannel.EndsWithAsync(SshEndReason.ConnectionLost);

        await using var insidePacket = new TestServer();
        await insidePacket.LogInAsync();
        await insidePacket.Client.Transport.SendRawAsync(new byte[] { 0, 0, 0, 16, 1, 2, 3 });
        await insidePacket.Client.DisposeAsync();
        Assert.Contains("inside a packet", (await insidePacket.EndsWithAsync(SshEndReason.ConnectionLost)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_packet_ends_the_connection_as_such()
    {
        await using var server = new TestServer();
        await server.LogInAsync();
        server.Client.Transport.Tamper = packet =>
        {
            packet[^1] ^= 1;
            return packet;
        };
        await server.Client.SendAsync([SshMessage.Ignore]);
        Assert.Equal(5u, (await server.Client.ReceiveEndAsync()).Disconnect!.Reason);
        await server.EndsWithAsync(SshEndReason.IntegrityError);
    }

    [Fact]
    public async Task Packets_of_35000_bytes_pass_before_login_and_larger_ones_only_after()
    {
        await using var server = new TestServer();
        await server.Client.HandshakeAsync(new RawKexInit().Only(cipher: "aes256-gcm@openssh.com"));
        await server.Client.SendAsync([SshMessage.Ignore, .. new byte[34_900]]);
        await server.Client.RequestServiceAsync();
        Assert.True((await server.Client.SignInAsync(TestApplication.User, server.Application.UserKey)).Success);
        await server.Client.SendAsync([SshMessage.Ignore, .. new byte[200_000]]);
        await KeyExchangeTests.EchoAsync(await server.Client.OpenSubsystemAsync(EchoProgram.Name), 100);
        await server.Client.SendAsync([SshMessage.Ignore, .. new byte[256 * 1024]]);
        await server.EndsWithAsync(SshEndReason.ProtocolError);

        await using var early = new TestServer();
        await early.Client.HandshakeAsync();
        await early.Client.SendAsync([SshMessage.Ignore, .. new byte[35_000]]);
        await early.EndsWithAsync(SshEndReason.ProtocolError);
    }

    [Fact]
    public async Task Global_requests_are_answered_when_they_ask_and_only_then()
    {
        await using var server = new TestServer();
        await server.LogInAsync();
        await server.Client.SendAsync(new MessageBuilder(SshMessage.GlobalRequest).String("no-more-sessions@openssh.com").Boolean(false).ToArray());
        await server.Client.SendAsync(new MessageBuilder(SshMessage.GlobalRequest).String("keepalive@openssh.com").Boolean(true).ToArray());
        await server.Client.SendAsync(new MessageBuilder(SshMessage.GlobalRequest).String("tcpip-forward").Boolean(true).String("").UInt32(0).ToArray());
        Assert.Equal(new[] { SshMessage.RequestFailure }, await server.Client.ReceiveAsync());
        Assert.Equal(new[] { SshMessage.RequestFailure }, await server.Client.ReceiveAsync());
        await server.Client.SendAsync(new MessageBuilder(SshMessage.GlobalRequest).UInt32(1000).ToArray());
        await server.EndsWithAsync(SshEndReason.ProtocolError);
    }

    [Fact]
    public async Task Unsolicited_answers_are_dropped()
    {
        await using var server = new TestServer();
        await server.LogInAsync();
        for (var i = 0; i < 10_000; i++)
        {
            await server.Client.SendAsync([i % 2 == 0 ? SshMessage.RequestSuccess : SshMessage.RequestFailure]);
        }

        await KeyExchangeTests.EchoAsync(await server.Client.OpenSubsystemAsync(EchoProgram.Name), 100);
    }

    [Fact]
    public async Task Unknown_messages_before_login_have_a_limit()
    {
        await using var server = new TestServer();
        await server.Client.HandshakeAsync();
        for (var i = 0; i < 65; i++)
        {
            await server.Client.SendAsync([19]);
        }

        await server.EndsWithAsync(SshEndReason.LimitExceeded);
    }

    [Fact]
    public async Task A_client_that_asks_and_never_reads_is_given_up()
    {
        await using var server = new TestServer(options => options with { Limits = new SshLimits { UnsentBytes = 100_000 } }, pauseAt: 10_000);
        await server.LogInAsync();
        var question = new MessageBuilder(SshMessage.GlobalRequest).String("x").Boolean(true).ToArray();
        var sent = 0;
        var asking = Task.Run(async () =>
        {
            for (; sent < 20_000; sent++)
            {
                await server.Client.SendAsync(question);
            }
        });
        while (!asking.IsCompleted)
        {
            server.Clock.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Delay(5);
        }

        await Assert.ThrowsAsync<PeerClosedException>(() => asking);
        await server.EndsWithAsync(SshEndReason.LimitExceeded);
        Assert.InRange(sent, 1000, 10_000);
    }

    [Fact]
    public async Task A_fourth_key_exchange_before_login_ends_the_connection()
    {
        await using var server = new TestServer();
        await server.Client.HandshakeAsync();
        await server.Client.RekeyAsync();
        await server.Client.RekeyAsync();
        await server.Client.SendKexInitAsync();
        var report = await server.EndsWithAsync(SshEndReason.LimitExceeded);
        Assert.Equal("more than 3 key exchanges before login", report.Detail);
    }

    [Fact]
    public async Task Before_login_the_rekey_limits_end_the_connection()
    {
        await using var server = TestServer.With(new SshLimits { RekeyPackets = 50 });
        await server.Client.HandshakeAsync();
        for (var i = 0; i < 50; i++)
        {
            await server.Client.SendAsync([SshMessage.Ignore]);
        }

        await server.EndsWithAsync(SshEndReason.LimitExceeded);

        await using var plain = TestServer.With(new SshLimits { RekeyPackets = 50 });
        await plain.Client.SendVersionAsync();
        for (var i = 0; i < 50; i++)
        {
            await plain.Client.SendAsync([SshMessage.Ignore]);
        }

        await plain.EndsWithAsync(SshEndReason.LimitExceeded);
    }

    [Fact]
    public async Task An_application_that_fails_is_a_defect_and_the_connection_ends_with_a_report()
    {
        await using var server = new TestServer();
        server.Application.Answer = Task.FromException(new InvalidOperationException("secret words"));
        await server.Client.HandshakeAsync();
        await server.Client.RequestServiceAsync();
        await server.Client.SendAsync(server.Client.SignedRequest(TestApplication.User, server.Application.UserKey));
        var ending = await server.Client.ReceiveEndAsync();
        Assert.Equal("Internal error.", ending.Disconnect!.Text);
        var report = await server.EndsWithAsync(SshEndReason.InternalError);
        Assert.DoesNotContain("secret", report.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_goes_away_while_the_application_thinks_is_noticed()
    {
        await using var server = new TestServer();
        server.Application.Answer = new TaskCompletionSource().Task;
        await server.Client.HandshakeAsync();
        await server.Client.RequestServiceAsync();
        await server.Client.SendAsync(server.Client.SignedRequest(TestApplication.User, server.Application.UserKey));
        await server.Application.Asked;
        server.Connection.Break();
        await server.EndsWithAsync(SshEndReason.ConnectionLost);
    }

    [Theory]
    [InlineData("aes256-gcm@openssh.com", null)]
    [InlineData("chacha20-poly1305@openssh.com", null)]
    [InlineData("aes128-ctr", "hmac-sha2-256-etm@openssh.com")]
    public async Task Rekeys_of_both_sides_under_load_lose_nothing(string cipher, string? mac)
    {
        await using var server = new TestServer(options => options with { Limits = new SshLimits { RekeyBytes = 100_000 } }, pauseAt: 64 * 1024);
        await server.LogInAsync(new RawKexInit().Only(cipher: cipher, mac: mac));
        var first = await server.Client.OpenSubsystemAsync(EchoProgram.Name);
        var second = await server.Client.OpenSubsystemAsync(EchoProgram.Name);
        for (var round = 0; round < 10; round++)
        {
            // What is under way when an exchange begins still goes through, a whole window of it: a round ends only when its exchange has.
            var work = Task.WhenAll(KeyExchangeTests.EchoAsync(first, 200_000), KeyExchangeTests.EchoAsync(second, 150_000));
            await work.WaitAsync(TimeSpan.FromSeconds(60));
        }

        Assert.True(server.Client.KeyExchanges > 10, $"{server.Client.KeyExchanges} key exchanges");
        await server.Client.RekeyAsync();
        await KeyExchangeTests.EchoAsync(first, 1000);
        Assert.Empty(server.Application.Reports);
    }

    [Fact]
    public async Task Keys_that_renew_after_a_few_packets_still_make_progress()
    {
        await using var server = new TestServer(options => options with { Limits = new SshLimits { RekeyPackets = 8 } }, pauseAt: 16 * 1024);
        await server.LogInAsync();

        // A program may send a turn's worth of data (1 MiB) before the loop sees that new keys are due.
        await KeyExchangeTests.EchoAsync(await server.Client.OpenSubsystemAsync(EchoProgram.Name), 8_000_000);
        Assert.True(server.Client.KeyExchanges > 4, $"{server.Client.KeyExchanges} key exchanges");
    }

    [Fact]
    public async Task A_socket_error_is_a_lost_connection_and_no_defect_of_ours()
    {
        await using var server = new TestServer();
        await server.LogInAsync();
        await server.Connection.Client.Output.CompleteAsync(new SocketException((int)SocketError.HostUnreachable));
        await server.EndsWithAsync(SshEndReason.ConnectionLost);
    }

    [Fact]
    public async Task Who_ends_a_connection_does_not_run_it_whatever_the_transport_schedules()
    {
        // Whoever wakes the read loop may hold a channel's and the writer's lock: the loop inside that call would take others, and two of them wait for ever.
        await using var server = new TestServer(transport: pipe => new InlineTransport(pipe));
        await server.LogInAsync();
        await KeyExchangeTests.EchoAsync(await server.Client.OpenSubsystemAsync(EchoProgram.Name), 1000);

        TestApplication.t_isCalling = true;
        server.Application.Kick.Cancel();
        TestApplication.t_isCalling = false;

        await server.EndsWithAsync(SshEndReason.Kicked);
        Assert.False(server.Application.EndedInsideCall);
    }

    [Fact]
    public async Task A_connection_whose_share_of_a_thread_is_used_up_goes_on_upon_the_pool()
    {
        // A client that sends faster than we work would never let the event loop go back to its other connections.
        var clock = new FakeTimeProvider();
        InlineTransport? transport = null;
        await using var server = new TestServer(
            options => options with { MessagePassed = message => clock.Advance(message.Span[0] == MessageNumber.GlobalRequest ? ThreadShare.Longest / 5 : TimeSpan.Zero) },
            clock,
            transport: pipe => transport = new InlineTransport(pipe));
        await server.LogInAsync();
        transport!.ReadsOnLoop.Clear();

        for (var i = 0; i < 50; i++)
        {
            await server.Client.SendAsync(new MessageBuilder(MessageNumber.GlobalRequest).String("keepalive@openssh.com").Boolean(true).ToArray());
            Assert.Equal(MessageNumber.RequestFailure, (await server.Client.ReceiveAsync())[0]);
        }

        Assert.Equal(4, Runs.Longest(transport.ReadsOnLoop));
        Assert.InRange(transport.ReadsOnLoop.Count(onLoop => !onLoop), 9, 11);
    }
}
