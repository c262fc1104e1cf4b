using System.Net;
using System.Net.Sockets;
using Waybill.Ftp.Hosting;
using Waybill.Ftp.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Ftp.Tests.Tls;

/// <summary>Clients that shake hands on a data connection before they hear the preliminary reply, as Node's do.</summary>
public sealed class EarlyHandshakeTests
{
    // A TLS record of a handshake that has 512 bytes, one of which comes.
    private static readonly byte[] BeginningOfAHello = [22, 3, 1, 2, 0, 1];

    [Fact]
    public async Task The_preliminary_reply_comes_when_an_early_handshake_is_done_and_waits_for_the_next_one_to_begin()
    {
        var clock = new FakeTimeProvider();
        await using var harness = await FtpHarness.StartAsync(time: clock);
        await using var client = await harness.LogInAsync();
        var data = await client.PassiveAsync();
        await using var slow = new SlowStart(data);
        var early = TestTls.ConnectAsync(slow);
        await ToBeAcceptedAsync(data);
        await WaitsAsync("a", () =>
        {
            slow.GoOn();
            return early;
        });

        // The client is known now: however late it comes, its handshake is first.
        data = await client.PassiveAsync();
        await WaitsAsync("b", () => TestTls.ConnectAsync(new NetworkStream(data, ownsSocket: true)));
        Assert.Equal(["a", "b"], harness.Names().Order());

        async Task WaitsAsync<T>(string name, Func<Task<T>> shakeHands) where T : Stream
        {
            var preliminary = client.SendAsync("STOR " + name);
            await Until.IsSoAsync(() => clock.NextDue == harness.Options.Limits.EarlyHandshakeTime);
            Assert.False(preliminary.IsCompleted);
            var stream = await shakeHands();
            Assert.Equal(150, await preliminary);
            await FtpClient.CloseAsync(stream);
            Assert.Equal(226, (await client.ReadReplyAsync()).Code);
        }
    }

    [Fact]
    public async Task Handshakes_that_are_begun_early_and_do_not_go_on_keep_the_preliminary_reply_for_a_moment_and_only_three_times()
    {
        var clock = new FakeTimeProvider();
        await using var harness = await FtpHarness.StartAsync(time: clock);
        var limits = harness.Options.Limits;
        await using var client = await harness.LogInAsync();
        for (var i = 0; i < limits.EarlyHandshakesInVain; i++)
        {
            using var data = await BegunAsync();
            await WaitInVainAsync(client, clock, limits, "STOR a");
            clock.Advance(limits.HandshakeTime - limits.EarlyHandshakeTime);
            Assert.Equal(425, (await client.ReadReplyAsync()).Code);
        }

        // None of this session is waited for again, though it begins as the others did.
        using var next = await BegunAsync();
        Assert.Equal(150, await client.SendAsync("STOR b"));
        next.Dispose();
        Assert.Equal(425, (await client.ReadReplyAsync()).Code);
        Assert.Equal(226, (await client.PutAsync("STOR c", [1])).Code);
        Assert.Equal(["c"], harness.Names());

        async Task<Socket> BegunAsync()
        {
            var data = await client.PassiveAsync();
            await data.SendAsync(BeginningOfAHello);
            await ToBeAcceptedAsync(data);
            return data;
        }
    }

    [Fact]
    public async Task One_handshake_that_takes_long_does_not_make_a_client_wait_for_itself_in_those_after_it()
    {
        var clock = new FakeTimeProvider();
        await using var harness = await FtpHarness.StartAsync(time: clock);
        var limits = harness.Options.Limits;
        await using var client = await harness.LogInAsync();
        foreach (var name in (string[])["a", "b"])
        {
            var data = await client.PassiveAsync();
            await using var slow = new SlowStart(data);
            var early = TestTls.ConnectAsync(slow);
            await ToBeAcceptedAsync(data);
            await WaitInVainAsync(client, clock, limits, "STOR " + name);
            slow.GoOn();
            await FtpClient.CloseAsync(await early);
            Assert.Equal(226, (await client.ReadReplyAsync()).Code);
        }
    }

    [Fact]
    public async Task A_client_that_is_sent_away_while_its_early_handshake_runs_leaves_nothing()
    {
        var clock = new FakeTimeProvider();
        await using var harness = await FtpHarness.StartAsync(time: clock);
        await using var client = await harness.LogInAsync();
        using var data = await client.PassiveAsync();
        await data.SendAsync(BeginningOfAHello);
        await ToBeAcceptedAsync(data);
        await client.WriteAsync("STOR a\r\n");
        await Until.IsSoAsync(() => clock.NextDue == harness.Options.Limits.EarlyHandshakeTime);
        await harness.Kick.CancelAsync();
        await harness.ReportAsync();
        Assert.Empty(harness.Names());
        try
        {
            Assert.Equal(0, await data.ReceiveAsync(new byte[100]));
        }
        catch (SocketException)
        {
            // Closed before what it had sent was read.
        }

        await Until.IsSoAsync(() => clock.ActiveTimers == 0);
    }

    /// <summary>A command whose preliminary reply waits for a handshake that is not done in time.</summary>
    private static async Task WaitInVainAsync(FtpClient client, FakeTimeProvider clock, FtpLimits limits, string command)
    {
        var preliminary = client.SendAsync(command);

        // That of the connection, of the port, of the handshake, and of the wait for it.
        await Until.IsSoAsync(() => clock.NextDue == limits.EarlyHandshakeTime && clock.ActiveTimers == 4);
        Assert.False(preliminary.IsCompleted);
        clock.Advance(limits.EarlyHandshakeTime);
        Assert.Equal(150, await preliminary);
    }

    /// <summary>Waits until the server has taken a data connection in: another one that comes to its port is refused then.</summary>
    private static async Task ToBeAcceptedAsync(Socket data) => await Assert.ThrowsAsync<SocketException>(async () =>
    {
        using var second = await FtpClient.DialAsync(((IPEndPoint)data.RemoteEndPoint!).Port);
        await second.ReceiveAsync(new byte[1]);
    });

    /// <summary>Of the first that is written a few bytes only, until it may go on.</summary>
    private sealed class SlowStart(Socket socket) : NetworkStream(socket, ownsSocket: true)
    {
        private readonly TaskCompletionSource _goOn = new();

        public void GoOn() => _goOn.TrySetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await base.WriteAsync(buffer[..6], cancellationToken);
            await _goOn.Task;
            await base.WriteAsync(buffer[6..], cancellationToken);
        }
    }
}
