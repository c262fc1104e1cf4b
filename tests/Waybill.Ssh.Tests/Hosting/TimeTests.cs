using Waybill.Ssh.Hosting;
using Waybill.Ssh.Tests.Channels;
using Waybill.TestKit;
using Waybill.TestKit.Ssh;

namespace Waybill.Ssh.Tests.Hosting;

/// <summary>Every timer of a connection, with the test's hand on the clock.</summary>
public sealed class TimeTests
{
    private static readonly TimeSpan Blink = TimeSpan.FromMilliseconds(1);
    private readonly FakeTimeProvider _clock = new();

    public static TheoryData<int> Steps => [0, 1, 2, 3];

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_login_that_takes_too_long_ends_at_every_step(int step)
    {
        await using var server = TestServer.With(new SshLimits { KeyExchangeTime = TimeSpan.FromHours(1) }, _clock);
        if (step > 0)
        {
            await server.Client.SendVersionAsync();
        }

        await server.Client.ReceiveVersionAsync();
        if (step > 1)
        {
            await server.Client.SendKexInitAsync();
            await server.Client.ReceiveKexInitAsync();
        }

        if (step > 2)
        {
            await server.Client.ExchangeAsync();
            await server.Client.RequestServiceAsync();
        }

        _clock.Advance(server.Options.Limits.LoginTime - Blink);
        await Task.Delay(20);
        Assert.Empty(server.Application.Reports);
        _clock.Advance(Blink);
        var report = await server.EndsWithAsync(SshEndReason.LoginTimeout);
        Assert.False(report.LoggedIn);
        Assert.Equal(server.Options.Limits.LoginTime, report.Duration);
    }

    [Fact]
    public async Task A_login_that_waits_for_the_application_ends_too()
    {
        await using var server = TestServer.With(new SshLimits(), _clock);
        server.Application.Answer = new TaskCompletionSource().Task;
        await server.Client.HandshakeAsync();
        await server.Client.RequestServiceAsync();
        await server.Client.SendAsync(server.Client.SignedRequest(TestApplication.User, server.Application.UserKey));
        await server.Application.Asked;
        _clock.Advance(server.Options.Limits.LoginTime);
        await server.EndsWithAsync(SshEndReason.LoginTimeout);
    }

    [Fact]
    public async Task A_silent_client_is_asked_and_then_given_up()
    {
        await using var server = await SessionAsync(new SshLimits());
        var limits = server.Options.Limits;
        var begun = _clock.GetUtcNow();
        for (var i = 0; i < limits.KeepAliveTries; i++)
        {
            _clock.Advance(i == 0 ? limits.KeepAlive : limits.KeepAlive / limits.KeepAliveTries);
            Assert.Equal(new MessageBuilder(SshMessage.GlobalRequest).String("keepalive@openssh.com").Boolean(true).ToArray(), await server.Client.Transport.ReceivePacketAsync());
        }

        // Its slot and what it has open are free after twice that time.
        _clock.Advance(begun + (2 * limits.KeepAlive) - _clock.GetUtcNow() - Blink);
        Assert.Empty(server.Application.Reports);
        _clock.Advance(Blink);
        await server.EndsWithAsync(SshEndReason.IdleTimeout);
    }

    [Theory]
    [InlineData(SshMessage.RequestFailure)]
    [InlineData(SshMessage.RequestSuccess)]
    [InlineData(SshMessage.Unimplemented)]
    public async Task Any_answer_keeps_the_session(byte answer)
    {
        await using var server = await SessionAsync(new SshLimits());
        for (var i = 0; i < 20; i++)
        {
            _clock.Advance(server.Options.Limits.KeepAlive);
            Assert.Equal(SshMessage.GlobalRequest, (await server.Client.Transport.ReceivePacketAsync())[0]);
            await server.Client.SendAsync(answer == SshMessage.Unimplemented ? [answer, 0, 0, 0, 0] : [answer]);
            await AnsweredAsync(server);
        }

        Assert.Empty(server.Application.Reports);
    }

    [Fact]
    public async Task A_key_exchange_that_crosses_the_question_keeps_the_session()
    {
        await using var server = await SessionAsync(new SshLimits());
        for (var i = 0; i < 5; i++)
        {
            _clock.Advance(server.Options.Limits.KeepAlive);
            await server.Client.RekeyAsync();
            await AnsweredAsync(server);
        }

        Assert.Empty(server.Application.Reports);
    }

    [Fact]
    public async Task A_session_that_never_opens_a_channel_ends()
    {
        await using var server = TestServer.With(new SshLimits { KeepAlive = TimeSpan.FromHours(1) }, _clock);
        await server.LogInAsync();
        Assert.Equal(SshMessage.GlobalRequest, (await server.Client.Transport.ReceivePacketAsync())[0]); // the host keys are announced
        _clock.Advance(server.Options.Limits.NoChannel - Blink);
        await AnsweredAsync(server);
        _clock.Advance(Blink);
        var report = await server.EndsWithAsync(SshEndReason.IdleTimeout);
        Assert.True(report.LoggedIn);
        Assert.Contains("without a channel", report.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_time_without_a_channel_counts_from_the_last_close()
    {
        await using var server = TestServer.With(new SshLimits { KeepAlive = TimeSpan.FromHours(100) }, _clock);
        await server.LogInAsync();
        var channel = await server.Client.OpenSubsystemAsync(EchoProgram.Name);
        _clock.Advance(TimeSpan.FromHours(2));
        await AnsweredAsync(server, rekeys: true);
        await channel.CloseAsync();
        await AnsweredAsync(server);
        await ChannelFixture.EventuallyAsync(() => _clock.NextDue == server.Options.Limits.NoChannel);
        _clock.Advance(server.Options.Limits.NoChannel - Blink);
        await AnsweredAsync(server);
        _clock.Advance(Blink);
        await server.EndsWithAsync(SshEndReason.IdleTimeout);
    }

    [Fact]
    public async Task Keys_are_renewed_by_age()
    {
        await using var server = await SessionAsync(new SshLimits { KeepAlive = TimeSpan.FromHours(100) });
        for (var exchanges = 2; exchanges <= 4; exchanges++)
        {
            _clock.Advance(server.Options.Limits.RekeyTime);
            for (var i = 0; i < 10 && server.Client.KeyExchanges < exchanges; i++)
            {
                await AnsweredAsync(server, rekeys: true);
            }

            Assert.Equal(exchanges, server.Client.KeyExchanges);
            await AnsweredAsync(server);
        }

        Assert.Empty(server.Application.Reports);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_exchange_that_does_not_finish_ends_the_connection(bool byClient)
    {
        await using var server = await SessionAsync(new SshLimits { KeepAlive = TimeSpan.FromHours(100) });
        if (byClient)
        {
            await server.Client.SendKexInitAsync();
        }
        else
        {
            _clock.Advance(server.Options.Limits.RekeyTime);
        }

        Assert.Equal(SshMessage.KexInit, (await server.Client.Transport.ReceivePacketAsync())[0]);
        _clock.Advance(server.Options.Limits.KeyExchangeTime - Blink);
        await Task.Delay(20);
        Assert.Empty(server.Application.Reports);
        _clock.Advance(Blink);
        await server.EndsWithAsync(SshEndReason.RekeyTimeout);
    }

    [Fact]
    public async Task A_client_on_a_slow_line_gets_minutes_for_a_later_key_exchange()
    {
        // 4 MiB wait in the transport before our KEXINIT: at 30 KB/s the client reads it after more than two minutes.
        await using var server = await SessionAsync(new SshLimits { KeepAlive = TimeSpan.FromHours(100) });
        await server.Client.SendKexInitAsync();
        await server.Client.ReceiveKexInitAsync();
        _clock.Advance(TimeSpan.FromSeconds(150));
        await server.Client.ExchangeAsync();
        await AnsweredAsync(server);
        Assert.Equal(2, server.Client.KeyExchanges);
        Assert.Empty(server.Application.Reports);
    }

    [Fact]
    public async Task A_timer_that_fails_ends_its_connection_and_not_the_process()
    {
        BreakableTransport? transport = null;
        await using var server = new TestServer(clock: _clock, transport: pipe => transport = new BreakableTransport(pipe));
        await server.LogInAsync();
        await server.Client.OpenSubsystemAsync(EchoProgram.Name);
        transport!.Break();

        // The clock calls the timer's callback itself: an exception of it would come out here.
        _clock.Advance(server.Options.Limits.KeepAlive);

        await server.EndsWithAsync(SshEndReason.InternalError);
    }

    [Fact]
    public async Task No_timer_is_left_after_the_end()
    {
        await using var server = await SessionAsync(new SshLimits());
        Assert.NotEqual(0, _clock.ActiveTimers);
        await server.Client.DisconnectAsync();
        await server.EndsWithAsync(SshEndReason.ClientClosed);
        Assert.Equal(0, _clock.ActiveTimers);
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_aborted_in_the_end()
    {
        await using var server = new TestServer(clock: _clock, pauseAt: 4096);
        await server.LogInAsync();
        var source = await server.Client.OpenSubsystemAsync(SourceProgram.Name);
        Assert.True(source.IsOpen);
        await Task.Delay(50);
        await server.Client.SendAsync([SshMessage.UserAuthSuccess]);

        // A second for the last words, five for the transport: the clock goes on only by what the server waits for.
        var begun = _clock.GetUtcNow();
        await ChannelFixture.EventuallyAsync(() =>
        {
            _clock.Advance(_clock.NextDue <= TimeSpan.FromSeconds(5) ? _clock.NextDue.Value : TimeSpan.Zero);
            return server.Connection.IsAborted;
        });
        Assert.InRange(_clock.GetUtcNow() - begun, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(6));
        await server.EndsWithAsync(SshEndReason.ProtocolError);
    }

    private async Task<TestServer> SessionAsync(SshLimits limits)
    {
        var server = TestServer.With(limits, _clock);
        await server.LogInAsync();
        await server.Client.OpenSubsystemAsync(EchoProgram.Name);
        return server;
    }

    /// <summary>A round trip: the server has seen everything sent before.</summary>
    private static async Task AnsweredAsync(TestServer server, bool rekeys = false)
    {
        await server.Client.SendAsync(new MessageBuilder(SshMessage.GlobalRequest).String("ping@example.com").Boolean(true).ToArray());
        if (rekeys)
        {
            Assert.Equal(new[] { SshMessage.RequestFailure }, await server.Client.ReceiveAsync());
            return;
        }

        Assert.Equal(new[] { SshMessage.RequestFailure }, await server.Client.Transport.ReceivePacketAsync());
    }
}
