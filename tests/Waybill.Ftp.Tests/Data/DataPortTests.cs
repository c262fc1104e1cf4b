using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Waybill.Ftp.Data;
using Waybill.Ftp.Hosting;
using Waybill.Ftp.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Ftp.Tests.Data;

/// <summary>Who may come to a data port, and where the server goes for a client (T17).</summary>
public sealed partial class DataPortTests
{
    /// <summary>Data ports that no other test gives to anybody: one that was closed stays closed.</summary>
    private static readonly FtpPortRange NobodyElses = new(30_100, 30_999);

    [Fact]
    public async Task A_connection_from_another_address_is_refused_and_reported_and_the_client_still_gets_its_file()
    {
        await using var harness = await FtpHarness.StartAsync();
        harness.Write("a", "secret"u8);
        await using var client = await harness.LogInAsync();
        var port = await PortAsync(client);
        await AssertRefusedAsync(port, from: "127.0.0.2");
        await using var data = await client.BeginAsync("RETR a", await FtpClient.DialAsync(port));
        using var content = new MemoryStream();
        await data.CopyToAsync(content);
        Assert.Equal(226, (await client.ReadReplyAsync()).Code);
        Assert.Equal("secret"u8.ToArray(), content.ToArray());
        var refusal = Assert.Single(harness.DataPortRefusals);
        Assert.Equal(IPAddress.Parse("127.0.0.2"), refusal.Address.Address);
    }

    [Fact]
    public async Task A_second_connection_is_refused_and_reported()
    {
        await using var harness = await FtpHarness.StartAsync(FtpHarness.DefaultOptions with { PassivePorts = NobodyElses });
        harness.Write("a", "secret"u8);
        await using var client = await harness.LogInAsync();
        const int Times = 20;
        for (var i = 0; i < Times; i++)
        {
            var port = await PortAsync(client);
            using var first = await FtpClient.DialAsync(port);
            await AssertRefusedAsync(port, from: "127.0.0.1");
            Assert.Equal("secret"u8.ToArray(), await ReadAsync(await client.BeginAsync("RETR a", first)));
            Assert.Equal(226, (await client.ReadReplyAsync()).Code);

            // It came, shook hands and was served; nobody listens any more.
            await Assert.ThrowsAsync<SocketException>(() => FtpClient.DialAsync(port));
        }

        // Nobody waits for the report.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (harness.DataPortRefusals.Count < Times)
        {
            await Task.Delay(10, patience.Token);
        }

        Assert.All(harness.DataPortRefusals, static refusal => Assert.Equal((IPAddress.Loopback, "a second connection came to a data port"), (refusal.Address.Address, refusal.Words.Split(';')[0])));
    }

    [Fact]
    public async Task Strangers_do_not_close_the_port_and_so_many_of_them_are_reported_in_an_hour()
    {
        var clock = new FakeTimeProvider();
        await using var harness = await FtpHarness.StartAsync(FtpHarness.DefaultOptions with { Limits = new FtpLimits { DataPortReports = 3, IdleTime = TimeSpan.FromDays(1) } }, time: clock);
        harness.Write("a", "content"u8);
        await using var client = await harness.LogInAsync();
        var port = await PortAsync(client);
        for (var i = 0; i < 30; i++)
        {
            await AssertRefusedAsync(port, from: "127.0.0.2");
        }

        using var own = await FtpClient.DialAsync(port);
        Assert.Equal("content"u8.ToArray(), await ReadAsync(await client.BeginAsync("RETR a", own)));
        Assert.Equal(226, (await client.ReadReplyAsync()).Code);
        Assert.Equal([false, false, true], harness.DataPortRefusals.Select(static refusal => refusal.Words.EndsWith("; what follows in this hour is refused too, and not reported", StringComparison.Ordinal)));

        // An hour after the first of them they are seen again.
        clock.Advance(harness.Options.Limits.DataPortReportTime - TimeSpan.FromSeconds(1));
        await AssertRefusedAsync(await PortAsync(client), from: "127.0.0.2");
        clock.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 5; i++)
        {
            await AssertRefusedAsync(await PortAsync(client), from: "127.0.0.2");
        }

        await Until.IsSoAsync(() => harness.DataPortRefusals.Count == 6);
        Assert.Equal(2, harness.DataPortRefusals.Count(static refusal => refusal.Words.Contains("not reported", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_client_that_does_not_come_in_time_gets_no_transfer()
    {
        var clock = new FakeTimeProvider();
        await using var harness = await FtpHarness.StartAsync(time: clock);
        await using var client = await harness.LogInAsync();
        await PortAsync(client);
        Assert.Equal(150, await client.SendAsync("LIST"));
        clock.Advance(harness.Options.Limits.DataConnectTime);
        Assert.Equal(425, (await client.ReadReplyAsync()).Code);
        Assert.Contains("A firewall or router may stand in the way of this server's data ports", client.Last.Text, StringComparison.Ordinal);
        Assert.Equal(200, await client.SendAsync("NOOP"));
    }

    [Fact]
    public async Task A_new_PASV_closes_the_port_of_the_one_before()
    {
        await using var harness = await FtpHarness.StartAsync(FtpHarness.DefaultOptions with { PassivePorts = NobodyElses });
        await using var client = await harness.LogInAsync();
        var first = await PortAsync(client);
        int second;
        do
        {
            // The one that was closed may be drawn again.
            second = await PortAsync(client);
        }
        while (second == first);

        await Assert.ThrowsAsync<SocketException>(() => FtpClient.DialAsync(first));
        await using var data = await client.BeginAsync("LIST", await FtpClient.DialAsync(second));
        await ReadAsync(data);
        Assert.Equal(226, (await client.ReadReplyAsync()).Code);
    }

    [Fact]
    public async Task Ports_are_spread_over_the_whole_range()
    {
        await using var harness = await FtpHarness.StartAsync(FtpHarness.DefaultOptions with { PassivePorts = new FtpPortRange(30_000, 30_015) });
        await using var client = await harness.LogInAsync();
        var counts = new int[16];
        const int Draws = 1_600;
        for (var i = 0; i < Draws; i++)
        {
            counts[await PortAsync(client) - 30_000]++;
        }

        // 15 degrees of freedom: above 45 it is uniform with a probability of less than 0.0001.
        var expected = Draws / 16.0;
        Assert.True(counts.Sum(count => (count - expected) * (count - expected) / expected) < 45, string.Join(' ', counts));
    }

    [Fact]
    public async Task When_no_port_is_free_the_client_is_told()
    {
        var port = Ports.Free();
        using var taken = new TcpListener(IPAddress.Loopback, port);
        taken.Start();
        await using var harness = await FtpHarness.StartAsync(FtpHarness.DefaultOptions with { PassivePorts = new FtpPortRange(port, port) });
        await using var client = await harness.LogInAsync();
        Assert.Equal(425, await client.SendAsync("EPSV"));
        Assert.Equal(425, await client.SendAsync("PASV"));
        Assert.Equal(425, await client.SendAsync("LIST"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    public async Task So_many_ports_are_tried_and_no_more(int tries)
    {
        // One of two is free: each try finds it with a probability of one half.
        using var taken = TakeBelowFree();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var harness = await FtpHarness.StartAsync(FtpHarness.DefaultOptions with { PassivePorts = new FtpPortRange(port, port + 1), Limits = new FtpLimits { PortTries = tries } });
        await using var client = await harness.LogInAsync();
        const int Draws = 1_000;
        var refused = 0;
        for (var i = 0; i < Draws; i++)
        {
            var code = await client.SendAsync("EPSV");
            Assert.True(code is 229 or 425, client.Last.Text);
            refused += code == 425 ? 1 : 0;
        }

        // Beyond five standard deviations once in a million runs; those of one try more or less are further away.
        var probability = Math.Pow(0.5, tries);
        var deviation = Math.Sqrt(Draws * probability * (1 - probability));
        Assert.InRange(refused, (Draws * probability) - (5 * deviation), (Draws * probability) + (5 * deviation));
    }

    [Fact]
    public async Task Strangers_that_wait_at_a_port_are_few_and_the_client_behind_them_has_its_turn()
    {
        const int Backlog = 4;
        await using var harness = await FtpHarness.StartAsync();
        using var hold = new ManualResetEventSlim();
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = new FtpServer(FtpHarness.DefaultOptions, harness, TimeProvider.System, NullLogger.Instance, new FtpHashTurns(new FtpLimits()));
        using var port = PassivePort.Open(server, IPAddress.Loopback, IPAddress.Loopback, (_, _) =>
        {
            held.TrySetResult();
            hold.Wait(TimeSpan.FromSeconds(60));
            return ValueTask.CompletedTask;
        })!;
        await AssertRefusedAsync(port.Port, from: "127.0.0.2");
        await held.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        // Linux lets one more wait than it is told, and is deaf to the others, who come again a second later.
        List<Socket> waiting = [];
        for (var i = 0; i <= Backlog; i++)
        {
            waiting.Add(await FtpClient.DialAsync(port.Port, "127.0.0.2").WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        }

        var late = FtpClient.DialAsync(port.Port);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.False(late.IsCompleted);
        hold.Set();
        using var own = await late.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        using var connected = await port.ConnectAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal(own.LocalEndPoint, connected!.RemoteEndPoint);
        waiting.ForEach(static stranger => stranger.Dispose());
    }

    [Fact]
    public async Task PASV_tells_the_address_outside()
    {
        await using var harness = await FtpHarness.StartAsync(FtpHarness.DefaultOptions with { PassiveAddress = IPAddress.Parse("192.0.2.7") });
        await using var client = await harness.LogInAsync();
        var reply = await client.CommandAsync("PASV");
        Assert.Contains("(192,0,2,7,", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_IPv6_PASV_is_refused_and_EPSV_serves()
    {
        await using var harness = await FtpHarness.StartAsync(address: "::1");
        await using var client = await FtpClient.ConnectAsync(harness.Port, to: "::1");
        await client.ReadReplyAsync();
        await client.SendAsync("AUTH TLS");
        await client.StartTlsAsync();
        await client.SendAsync($"USER {FtpHarness.User}");
        await client.SendAsync($"PASS {FtpHarness.Password}");
        Assert.Equal(425, await client.SendAsync("PASV"));
        Assert.Equal(522, await client.SendAsync("EPSV 1"));
        Assert.Equal(229, await client.SendAsync("EPSV 2"));
    }

    [Fact]
    public async Task EPSV_ALL_holds_after_failed_transfers()
    {
        await using var harness = await FtpHarness.StartAsync(FtpHarness.DefaultOptions with { AllowActive = true });
        await using var client = await harness.LogInAsync();
        Assert.Equal(200, await client.SendAsync("EPSV ALL"));
        using (await client.PassiveAsync())
        {
            Assert.Equal(550, await client.SendAsync("RETR nothing"));
        }

        await using (await client.BeginAsync("STOR cut"))
        {
        }

        Assert.Equal(426, (await client.ReadReplyAsync()).Code);
        foreach (var command in (string[])["PASV", "PORT 127,0,0,1,200,1", "EPRT |1|127.0.0.1|51201|"])
        {
            Assert.Equal((command, 501), (command, await client.SendAsync(command)));
        }
    }

    [Fact]
    public async Task Active_mode_goes_to_the_clients_own_address_and_high_ports_only()
    {
        await using var harness = await FtpHarness.StartAsync(FtpHarness.DefaultOptions with { AllowActive = true });
        harness.Write("a", "content"u8);
        await using var client = await harness.LogInAsync();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        foreach (var command in (string[])[$"PORT 127,0,0,1,{port >> 8},{port & 0xFF}", $"EPRT |1|127.0.0.1|{port}|"])
        {
            Assert.Equal((command, 200), (command, await client.SendAsync(command)));
            Assert.Equal(150, await client.SendAsync("RETR a"));
            await using var data = await TestTls.ConnectAsync(new NetworkStream(await listener.AcceptSocketAsync(), ownsSocket: true));
            Assert.Equal("content"u8.ToArray(), await ReadAsync(data));
            Assert.Equal(226, (await client.ReadReplyAsync()).Code);
        }

        string[] bounces = ["PORT 127,0,0,2,200,1", "PORT 8,8,8,8,0,25", "PORT 127,0,0,1,0,25", "PORT 127,0,0,1,3,255", "EPRT |1|127.0.0.2|51201|", "EPRT |1|127.0.0.1|1023|", "EPRT |2|::1|51201|"];
        foreach (var command in bounces)
        {
            Assert.Equal((command, 504), (command, await client.SendAsync(command)));
            Assert.Equal(425, await client.SendAsync("LIST"));
        }

        Assert.Equal(bounces.Length, harness.DataPortRefusals.Count);
        Assert.Equal(522, await client.SendAsync("EPRT |3|127.0.0.1|51201|"));
        Assert.Equal(501, await client.SendAsync("PORT 127,0,0,1,200"));
        Assert.Equal(501, await client.SendAsync("EPRT |1|127.0.0.1|"));
    }

    [Fact]
    public async Task A_refused_PORT_takes_back_the_one_before()
    {
        await using var harness = await FtpHarness.StartAsync(FtpHarness.DefaultOptions with { AllowActive = true });
        await using var client = await harness.LogInAsync();
        Assert.Equal(200, await client.SendAsync("PORT 127,0,0,1,200,1"));
        Assert.Equal(501, await client.SendAsync("PORT nonsense"));
        Assert.Equal(425, await client.SendAsync("LIST"));
    }

    [Fact]
    public async Task A_client_that_cannot_be_reached_gets_no_transfer()
    {
        await using var harness = await FtpHarness.StartAsync(FtpHarness.DefaultOptions with { AllowActive = true });
        await using var client = await harness.LogInAsync();
        var port = Ports.Free();
        Assert.Equal(200, await client.SendAsync($"PORT 127,0,0,1,{port >> 8},{port & 0xFF}"));
        Assert.Equal(150, await client.SendAsync("LIST"));
        Assert.Equal(425, (await client.ReadReplyAsync()).Code);
        Assert.Contains("passive mode", client.Last.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABOR_while_a_port_of_the_client_does_not_answer_blames_nobody()
    {
        await using var harness = await FtpHarness.StartAsync(FtpHarness.DefaultOptions with { AllowActive = true });
        await using var client = await harness.LogInAsync();
        using var deaf = Deaf(out var callers);
        var port = ((IPEndPoint)deaf.LocalEndPoint!).Port;
        Assert.Equal(200, await client.SendAsync($"PORT 127,0,0,1,{port >> 8},{port & 0xFF}"));
        Assert.Equal(150, await client.SendAsync("LIST"));
        Assert.Equal(426, await client.SendAsync("ABOR"));
        Assert.Equal(226, (await client.ReadReplyAsync()).Code);
        callers.ForEach(static caller => caller.Dispose());
    }

    /// <summary>A listener whose places are taken by callers whom it never lets in: the kernel leaves the next one without an answer.</summary>
    private static Socket Deaf(out List<Socket> callers)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        callers = [];
        for (var i = 0; i < 2; i++)
        {
            var caller = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            caller.Connect(listener.LocalEndPoint!);
            callers.Add(caller);
        }

        return listener;
    }

    /// <summary>Takes a port of which the next one is free.</summary>
    private static TcpListener TakeBelowFree()
    {
        while (true)
        {
            var taken = new TcpListener(IPAddress.Loopback, RandomNumberGenerator.GetInt32(31_000, 32_000));
            try
            {
                taken.Start();
                using var next = new TcpListener(IPAddress.Loopback, ((IPEndPoint)taken.LocalEndpoint).Port + 1);
                next.Start();
                return taken;
            }
            catch (SocketException)
            {
                taken.Dispose();
            }
        }
    }

    private static async Task<int> PortAsync(FtpClient client)
    {
        var reply = await client.CommandAsync("PASV");
        Assert.True(reply.Code == 227, reply.Text);
        var numbers = Numbers().Matches(reply.Text[4..]).Select(match => int.Parse(match.Value, CultureInfo.InvariantCulture)).ToArray();
        return (numbers[4] << 8) | numbers[5];
    }

    private static async Task AssertRefusedAsync(int port, string from)
    {
        var length = 0;
        try
        {
            using var socket = await FtpClient.DialAsync(port, from);
            length = await socket.ReceiveAsync(new byte[10]).WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (SocketException)
        {
            // Reset.
        }

        Assert.Equal(0, length);
    }

    private static async Task<byte[]> ReadAsync(Stream data)
    {
        await using (data)
        {
            using var content = new MemoryStream();
            await data.CopyToAsync(content).WaitAsync(TimeSpan.FromSeconds(60));
            return content.ToArray();
        }
    }

    [GeneratedRegex(@"\d+")]
    private static partial Regex Numbers();
}
