using System.Net;
using System.Net.Sockets;
using System.Text;
using Waybill.Ftp.Hosting;
using Waybill.Ftp.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Ftp.Tests.Hosting;

/// <summary>Every bound of a connection is reached.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task A_line_as_long_as_allowed_is_taken_and_a_longer_one_ends_the_connection()
    {
        await using var harness = await FtpHarness.StartAsync();
        var limit = harness.Options.Limits.CommandLine;
        await using var client = await harness.ConnectAsync();
        Assert.Equal(200, await client.SendAsync("NOOP " + new string('x', limit - 5)));
        await client.WriteAsync("NOOP " + new string('x', limit - 4) + "\r\n");
        Assert.Equal(500, (await client.ReadReplyAsync()).Code);
        Assert.Null(await client.TryReadReplyAsync());
        Assert.Equal(FtpEndReason.ProtocolError, (await harness.ReportAsync()).Reason);

        await using var endless = await harness.ConnectAsync();
        await endless.WriteAsync(new string('x', 3 * limit));
        Assert.Equal(500, (await endless.ReadReplyAsync()).Code);
    }

    [Fact]
    public async Task Lines_that_are_no_command_are_counted()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.ConnectAsync();
        for (var i = 0; i < harness.Options.Limits.UnknownCommands; i++)
        {
            Assert.Equal(500, await client.SendAsync(i % 3 == 0 ? "" : i % 3 == 1 ? "XYZZY plugh" : "\u00ff\u00fe"));
        }

        Assert.Null(await client.TryReadReplyAsync());
        Assert.Equal(FtpEndReason.ProtocolError, (await harness.ReportAsync()).Reason);
    }

    [Fact]
    public async Task A_program_that_has_logged_in_may_try_verbs_that_are_not_known()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        for (var i = 0; i < 2 * harness.Options.Limits.UnknownCommands; i++)
        {
            Assert.Equal(500, await client.SendAsync("XCRC a"));
        }

        Assert.Equal(200, await client.SendAsync("NOOP"));
    }

    [Fact]
    public async Task Who_does_not_begin_with_tls_where_it_comes_first_hears_nothing_without()
    {
        await using var harness = await FtpHarness.StartAsync(FtpHarness.DefaultOptions with { Mode = FtpMode.ImplicitTls });
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, harness.Port);
        await using var stream = client.GetStream();
        await Until.IsSoAsync(() => harness.Connections == 1);
        await harness.StopAsync();
        Assert.Equal(0, await stream.ReadAsync(new byte[1]).AsTask().WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal(FtpEndReason.ServerStopping, (await harness.ReportAsync()).Reason);
    }

    [Fact]
    public async Task Who_does_not_log_in_is_sent_away()
    {
        var clock = new FakeTimeProvider();
        await using var harness = await FtpHarness.StartAsync(time: clock);
        await using var client = await harness.ConnectAsync();
        clock.Advance(harness.Options.Limits.LoginTime / 2);
        Assert.Equal(200, await client.SendAsync("NOOP"));
        clock.Advance(harness.Options.Limits.LoginTime / 2);
        Assert.Equal(421, (await client.ReadReplyAsync()).Code);
        Assert.Equal(FtpEndReason.LoginTimeout, (await harness.ReportAsync()).Reason);
    }

    [Fact]
    public async Task A_handshake_that_does_not_go_on_is_given_up()
    {
        var clock = new FakeTimeProvider();
        await using var harness = await FtpHarness.StartAsync(time: clock);
        await using var client = await harness.ConnectAsync();
        Assert.Equal(234, await client.SendAsync("AUTH TLS"));
        await Until.IsSoAsync(() => clock.ActiveTimers > 1);
        clock.Advance(harness.Options.Limits.HandshakeTime);
        Assert.Equal(FtpEndReason.TlsFailed, (await harness.ReportAsync()).Reason);
    }

    [Fact]
    public async Task A_data_connection_whose_handshake_does_not_go_on_is_given_up()
    {
        var clock = new FakeTimeProvider();
        await using var harness = await FtpHarness.StartAsync(time: clock);
        await using var client = await harness.LogInAsync();
        using var data = await client.PassiveAsync();
        Assert.Equal(150, await client.SendAsync("STOR a"));
        await Until.IsSoAsync(() => clock.NextDue == harness.Options.Limits.HandshakeTime);
        clock.Advance(harness.Options.Limits.HandshakeTime);
        Assert.Equal(425, (await client.ReadReplyAsync()).Code);
        Assert.Equal(200, await client.SendAsync("NOOP"));
        Assert.Empty(harness.Names());
    }

    [Fact]
    public async Task Who_says_nothing_for_the_idle_time_is_sent_away()
    {
        var clock = new FakeTimeProvider();
        await using var harness = await FtpHarness.StartAsync(time: clock);
        await using var client = await harness.LogInAsync();
        clock.Advance(harness.Options.Limits.IdleTime - TimeSpan.FromSeconds(1));
        Assert.Equal(200, await client.SendAsync("NOOP"));
        clock.Advance(harness.Options.Limits.IdleTime - TimeSpan.FromSeconds(1));
        Assert.Equal(200, await client.SendAsync("NOOP"));
        clock.Advance(harness.Options.Limits.IdleTime);
        Assert.Equal(421, (await client.ReadReplyAsync()).Code);
        Assert.Equal(FtpEndReason.IdleTimeout, (await harness.ReportAsync()).Reason);
    }

    [Fact]
    public async Task A_client_that_reads_no_replies_is_given_up()
    {
        var clock = new FakeTimeProvider();
        await using var harness = await FtpHarness.StartAsync(time: clock);
        await using var client = await harness.ConnectAsync();
        client.Socket.ReceiveBufferSize = 4096;
        var help = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("HELP\r\n", 1_000)));
        using var stop = new CancellationTokenSource();
        var flooding = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    await client.Socket.SendAsync(help, SocketFlags.None, stop.Token);
                }
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The server has closed.
            }
        });
        await Until.IsSoAsync(() => clock.ActiveTimers > 1);
        clock.Advance(harness.Options.Limits.ReplyTime);
        Assert.Equal(FtpEndReason.NotReading, (await harness.ReportAsync()).Reason);
        await stop.CancelAsync();
        await flooding;
    }

    [Fact]
    public async Task A_client_that_never_closes_a_data_connection_is_not_waited_for()
    {
        var clock = new FakeTimeProvider();
        await using var harness = await FtpHarness.StartAsync(time: clock);
        await using var client = await harness.LogInAsync();
        using var data = await client.PassiveAsync();
        Assert.Equal(150, await client.SendAsync("LIST"));
        var stream = await TestTls.ConnectAsync(new HalfClosed(data));
        Assert.Equal(0, await stream.ReadAsync(new byte[100]));
        Assert.Equal(226, (await client.ReadReplyAsync()).Code);
        Assert.True(data.Connected);
        clock.Advance(harness.Options.Limits.DataCloseTime);

        // Closed: what is sent now is answered by a reset.
        await Until.IsSoAsync(() =>
        {
            try
            {
                return data.Send([0]) == 0;
            }
            catch (SocketException)
            {
                return true;
            }
        });
    }

    [Fact]
    public async Task A_stopping_server_lets_a_transfer_finish_and_sends_everyone_else_away()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var idle = await harness.LogInAsync();
        await using var busy = await harness.LogInAsync();
        await using var data = await busy.BeginAsync("STOR a");
        var stopping = harness.StopAsync();
        Assert.Equal(421, (await idle.ReadReplyAsync()).Code);
        await data.WriteAsync(new byte[100_000]);
        await FtpClient.CloseAsync(data);
        Assert.Equal(226, (await busy.ReadReplyAsync()).Code);
        Assert.Equal(421, (await busy.ReadReplyAsync()).Code);
        await stopping;
        Assert.Equal(["a"], harness.Names());
        Assert.Equal(FtpEndReason.ServerStopping, (await harness.ReportAsync(1)).Reason);
    }

    [Fact]
    public async Task A_kick_ends_the_session_at_once_and_its_upload_is_not_published()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        await using var data = await client.BeginAsync("STOR a");
        await data.WriteAsync(new byte[100_000]);
        await harness.Kick.CancelAsync();
        Assert.Equal("421 The provider has ended your session.", (await client.ReadReplyAsync()).Text);
        Assert.Equal(FtpEndReason.Kicked, (await harness.ReportAsync()).Reason);
        Assert.Empty(harness.Names());
    }

    [Fact]
    public async Task A_kick_that_the_customer_can_do_something_about_says_what()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        harness.Farewell = "Your login must use TLS.";
        await harness.Kick.CancelAsync();
        Assert.Equal("421 Your login must use TLS.", (await client.ReadReplyAsync()).Text);
    }

    [Fact]
    public async Task A_port_check_is_a_connection_with_a_report()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using (await harness.ConnectAsync())
        {
        }

        var report = await harness.ReportAsync();
        Assert.Equal((FtpEndReason.ClientClosed, false, null), (report.Reason, report.LoggedIn, report.User));
        await using var half = await harness.ConnectAsync();
        await half.WriteAsync("NOO");
        half.Socket.Shutdown(SocketShutdown.Send);
        Assert.Null(await half.TryReadReplyAsync());
        Assert.Equal(FtpEndReason.ConnectionLost, (await harness.ReportAsync(1)).Reason);
    }

    [Fact]
    public async Task What_a_client_says_before_it_closes_its_side_is_served()
    {
        await using var harness = await FtpHarness.StartAsync();
        for (var i = 0; i < 20; i++)
        {
            await using var client = await harness.ConnectAsync();
            await client.WriteAsync("SYST\r\nFEAT\r\nQUIT\r\n");
            client.Socket.Shutdown(SocketShutdown.Send);
            Assert.Equal(215, (await client.ReadReplyAsync()).Code);
            Assert.Equal(211, (await client.ReadReplyAsync()).Code);
            Assert.Equal(221, (await client.ReadReplyAsync()).Code);
            Assert.Equal("the client said QUIT", (await harness.ReportAsync(i)).Detail);
        }
    }

    /// <summary>A client's socket that does not close when its stream does.</summary>
    private sealed class HalfClosed(Socket socket) : NetworkStream(socket, ownsSocket: false);
}
