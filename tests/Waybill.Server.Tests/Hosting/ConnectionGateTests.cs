using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Waybill.Server.Tests.Support;
using Waybill.SshKeys.Keys;
using Waybill.TestKit.Ssh;

namespace Waybill.Server.Tests.Hosting;

/// <summary>The connection gate, seen from outside a real server.</summary>
public sealed class ConnectionGateTests(Template template)
{
    [Fact]
    public async Task One_source_has_at_most_PerSource_connections()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data, "--set", "Limits:PerSource=3");
        using var key = data.LoadKey();
        var clients = new List<RawSshClient>();
        for (var count = 0; count < 3; count++)
        {
            clients.Add(await server.LogInAsync(key));
        }

        Assert.False(await IsServedAsync(server.Port));
        await clients[0].DisposeAsync();
        await UntilAsync(() => IsServedAsync(server.Port));
        await data.DetailAsync("Limits:PerSource");
        Assert.Equal("refused", (await data.JsonAsync("audit", "search", "Limits:PerSource"))[0].GetProperty("outcome").GetString());
        await EndAsync(clients);
    }

    [Fact]
    public async Task One_login_has_at_most_PerLogin_connections_and_the_audit_says_so()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data, "--set", "Limits:PerLogin=2");
        using var key = data.LoadKey();
        var clients = new List<RawSshClient> { await server.LogInAsync(key), await server.LogInAsync(key) };

        // Told before the login, with words and not with a session that lacks its SFTP: WinSCP would turn to SCP then, and try the next key after a failure.
        await using (var third = await RawSshClient.ConnectAsync(server.Port))
        {
            await third.HandshakeAsync();
            await third.RequestServiceAsync();
            await third.SendAsync(third.SignedRequest(Template.User, key));
            var end = await third.ReceiveEndAsync();
            Assert.Empty(end.Others);
            Assert.Equal(new Disconnected(12, "This login has as many connections as it may. Close one and connect again."), end.Disconnect);
        }

        Assert.Contains("which is right, but the login has as many connections as it may (Limits:PerLogin)", (await data.AuditAsync("login-refused")).GetProperty("detail").GetString(), StringComparison.Ordinal);
        await clients[0].DisposeAsync();
        await UntilAsync(async () =>
        {
            try
            {
                return await server.CanLogInAsync(key);
            }
            catch (PeerClosedException)
            {
                return false;
            }
        });
        await EndAsync(clients);
    }

    [Fact]
    public async Task A_login_that_is_at_its_limit_earns_its_source_no_penalty()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data, "--set", "Limits:PerLogin=1", "--set", "Limits:UnauthenticatedPerSecond=100");
        using var key = data.LoadKey();
        await using var inside = await server.LogInAsync(key);

        // From a source without a recent login: an office whose own sessions are older than a day.
        for (var count = 0; count < 5; count++)
        {
            using var office = await ConnectAsync(server.Port, "127.0.0.5");
            await using var client = new RawSshClient(office.GetStream());
            await client.HandshakeAsync();
            await client.RequestServiceAsync();
            var refused = await Assert.ThrowsAsync<PeerClosedException>(() => client.SignInAsync(Template.User, key));
            Assert.Contains("as many connections as it may", refused.Message, StringComparison.Ordinal);
        }

        await UntilAsync(async () => (await data.JsonAsync("audit", "search", "Limits:PerLogin")).GetArrayLength() == 5);
        Assert.Equal(0, (await data.JsonAsync("penalties", "list")).GetArrayLength());
        Assert.True(await IsServedAsync(server.Port, "127.0.0.5"));
    }

    [Fact]
    public async Task At_most_Unauthenticated_connections_wait_and_those_logged_in_do_not_count()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data, "--set", "Limits:Unauthenticated=2", "--set", "Limits:UnauthenticatedPerSource=2");
        using var key = data.LoadKey();
        await using var loggedIn = await server.LogInAsync(key);
        using var one = await ConnectAsync(server.Port);
        using var two = await ConnectAsync(server.Port);

        // Both are past the gate when they have their version line.
        Assert.True(await one.GetStream().ReadAsync(new byte[256]) > 0);
        Assert.True(await two.GetStream().ReadAsync(new byte[256]) > 0);
        Assert.False(await IsServedAsync(server.Port));
        one.Dispose();
        await UntilAsync(() => IsServedAsync(server.Port));
    }

    [Fact]
    public async Task A_silent_source_does_not_keep_another_one_out()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data, "--set", "Limits:Unauthenticated=8", "--set", "Limits:Exempt=127.0.0.5/32");
        var silent = new List<TcpClient>();
        for (var count = 0; count < 8; count++)
        {
            silent.Add(await ConnectAsync(server.Port, "127.0.0.5"));
        }

        await UntilAsync(async () => !await IsServedAsync(server.Port, "127.0.0.5"));
        Assert.True(await IsServedAsync(server.Port, "127.0.0.9"));
        await data.DetailAsync("Limits:UnauthenticatedPerSource");
        Assert.Equal("refused", (await data.JsonAsync("audit", "search", "Limits:UnauthenticatedPerSource"))[0].GetProperty("outcome").GetString());
        silent.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task A_source_that_keeps_failing_is_refused_until_it_is_forgiven()
    {
        const int Failures = 24;
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data, "--set", "Limits:UnauthenticatedPerSecond=100");
        using var wrong = SshPrivateKeys.GenerateEd25519();
        using var key = data.LoadKey();

        // All let in before the first of them fails: 5 s for each are two minutes, more than the commands below take on any machine.
        var clients = await Task.WhenAll(Enumerable.Range(0, Failures).Select(async _ =>
        {
            var client = await RawSshClient.ConnectAsync(server.Port);
            await client.HandshakeAsync();
            return client;
        }));
        var failing = Stopwatch.StartNew();
        await Task.WhenAll(clients.Select(async client =>
        {
            await client.RequestServiceAsync();
            Assert.False((await client.SignInAsync(Template.User, wrong)).Success);
            await client.DisposeAsync();
        }));
        var left = 0.0;
        await UntilAsync(async () =>
        {
            var penalties = await data.JsonAsync("penalties", "list");
            if (penalties.GetArrayLength() == 0)
            {
                return false;
            }

            var penalty = Assert.Single(penalties.EnumerateArray());
            Assert.Equal("127.0.0.1", penalty.GetProperty("source").GetString());
            left = penalty.GetProperty("secondsLeft").GetDouble();
            return left >= (5 * Failures) - failing.Elapsed.TotalSeconds;
        });
        Assert.InRange(left, 25, 5 * Failures);
        Assert.False(await IsServedAsync(server.Port));
        Assert.Contains("127.0.0.1", await data.OutputAsync("penalties", "list"), StringComparison.Ordinal);
        Assert.Contains("refused for a while", await data.DetailAsync("kept failing"), StringComparison.Ordinal);
        Assert.Contains("'here' is no address", await data.RefusedAsync(2, "penalties", "clear", "here"), StringComparison.Ordinal);
        Assert.Equal("0 forgiven\n", await data.OutputAsync("penalties", "clear", "192.0.2.1"));
        Assert.False(await IsServedAsync(server.Port));
        data.Sql("CREATE TRIGGER no_more BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END");
        await data.RefusedAsync(1, "penalties", "clear", "127.0.0.1");
        data.Sql("DROP TRIGGER no_more");
        Assert.False(await IsServedAsync(server.Port));
        Assert.Equal("1 forgiven\n", await data.OutputAsync("penalties", "clear", "127.0.0.1"));
        Assert.True(await server.CanLogInAsync(key));
        Assert.Equal(Environment.UserName, (await data.AuditAsync("penalties-cleared")).GetProperty("actor").GetString());
    }

    [Fact]
    public async Task An_exempt_network_is_never_penalised_nor_slowed()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data, "--set", "Limits:Exempt=127.0.0.0/8");
        using var wrong = SshPrivateKeys.GenerateEd25519();
        for (var count = 0; count < 6; count++)
        {
            Assert.False(await server.CanLogInAsync(wrong));
        }

        for (var count = 0; count < 38; count++)
        {
            Assert.True(await IsServedAsync(server.Port));
        }

        Assert.Equal(0, (await data.JsonAsync("penalties", "list")).GetArrayLength());
    }

    [Fact]
    public async Task A_source_with_a_recent_login_is_not_penalised_for_a_colleague()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data);
        using var wrong = SshPrivateKeys.GenerateEd25519();
        using var key = data.LoadKey();
        Assert.True(await server.CanLogInAsync(key));
        for (var count = 0; count < 6; count++)
        {
            Assert.False(await server.CanLogInAsync(wrong));
        }

        Assert.True(await server.CanLogInAsync(key));
    }

    [Fact]
    public async Task A_connection_that_says_nothing_is_closed_after_30_seconds()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data);
        var begun = Stopwatch.StartNew();
        using var silent = await ConnectAsync(server.Port);
        var buffer = new byte[256];
        while (await silent.GetStream().ReadAsync(buffer) > 0)
        {
        }

        Assert.InRange(begun.Elapsed.TotalSeconds, 29, 33);
        Assert.StartsWith("LoginTimeout", (await data.AuditAsync("login-refused")).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private static async Task<TcpClient> ConnectAsync(int port, string from = "127.0.0.1")
    {
        var client = new TcpClient(new IPEndPoint(IPAddress.Parse(from), 0));
        await client.ConnectAsync("127.0.0.1", port);
        return client;
    }

    /// <summary>Whether a new connection gets the server's version line.</summary>
    private static async Task<bool> IsServedAsync(int port, string from = "127.0.0.1")
    {
        using var client = new TcpClient(new IPEndPoint(IPAddress.Parse(from), 0));
        try
        {
            await client.ConnectAsync("127.0.0.1", port);
            return await client.GetStream().ReadAsync(new byte[256]) > 0;
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            return false;
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var waited = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), "it did not happen within 60 s");
            await Task.Delay(50);
        }
    }

    private static async Task EndAsync(List<RawSshClient> clients)
    {
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }
}
