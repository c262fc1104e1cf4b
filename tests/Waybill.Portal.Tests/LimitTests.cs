using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests;

/// <summary>Each bound of the portal is reached.</summary>
public sealed class LimitTests(PortalServer server)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly (string, string) Form = ("content-type", "application/x-www-form-urlencoded");

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_and_one_at_the_limit_is_read()
    {
        using var client = server.Client();
        using var large = await client.PostAsync("/theme", new ByteArrayContent(new byte[PortalLimits.Body + 1]) { Headers = { ContentType = new("application/x-www-form-urlencoded") } });
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        using var just = await client.PostAsync("/theme", new ByteArrayContent(Encoding.ASCII.GetBytes(new string('a', PortalLimits.Body))) { Headers = { ContentType = new("application/x-www-form-urlencoded") } });
        Assert.Equal(HttpStatusCode.BadRequest, just.StatusCode);
    }

    [Fact]
    public async Task A_form_with_too_many_fields_is_refused()
    {
        using var client = server.Client();
        var page = await client.GetStringAsync("/");
        List<KeyValuePair<string, string>> fields = [new("__RequestVerificationToken", PortalServer.FormToken(page, "/theme")), new("theme", "dark")];
        using var taken = await client.PostAsync("/theme", new FormUrlEncodedContent(fields));
        Assert.Equal(HttpStatusCode.Redirect, taken.StatusCode);
        fields.AddRange(Enumerable.Range(0, PortalLimits.FormFields).Select(index => new KeyValuePair<string, string>($"f{index}", "x")));
        using var refused = await client.PostAsync("/theme", new FormUrlEncodedContent(fields));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Theory]
    [InlineData("line", 414)]
    [InlineData("count", 431)]
    [InlineData("size", 431)]
    public async Task Headers_have_limits(string what, int status)
    {
        await using var stream = await server.HandshakeAsync(PortalServer.Address());
        var line = what == "line" ? "/" + new string('a', PortalLimits.RequestLine) : "/";
        var headers = what switch
        {
            "count" => string.Concat(Enumerable.Range(0, PortalLimits.HeaderCount).Select(index => $"X-{index}: a\r\n")),
            "size" => $"X-Long: {new string('a', PortalLimits.Headers)}\r\n",
            _ => "",
        };
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {line} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n"));
        Assert.StartsWith($"HTTP/1.1 {status} ", await ReadAsync(stream), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_that_do_not_end_in_time_end_the_connection()
    {
        await using var stream = await server.HandshakeAsync(PortalServer.Address());
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\n"u8.ToArray());
        Assert.StartsWith("HTTP/1.1 408 ", await ReadAsync(stream), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_does_not_shake_hands_in_time_is_let_go()
    {
        using var socket = await PortalServer.ConnectAsync(PortalServer.Address(), server.Port);
        Assert.Equal(0, await socket.ReceiveAsync(new byte[1]).WaitAsync(Patience));
    }

    [Fact]
    public async Task A_source_that_asks_too_often_is_told_to_wait_and_others_are_not()
    {
        using var client = server.Client();
        var answers = await Task.WhenAll(Enumerable.Range(0, 3 * PortalLimits.RequestBurst).Select(_ => client.GetAsync("/healthz")));
        Assert.True(answers.Count(answer => answer.StatusCode == HttpStatusCode.OK) >= PortalLimits.RequestBurst);
        var refused = answers.First(answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Contains("Too many requests", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var other = server.Client();
        Assert.Equal("ok\n", await other.GetStringAsync("/healthz"));

        // It comes back by itself.
        using var patience = new CancellationTokenSource(Patience);
        while ((await client.GetAsync("/healthz", patience.Token)).StatusCode != HttpStatusCode.OK)
        {
            await Task.Delay(100, patience.Token);
        }
    }

    [Fact]
    public async Task A_source_that_connects_too_fast_is_let_in_no_more_for_a_moment()
    {
        var address = PortalServer.Address();
        List<Socket> sockets = [];
        try
        {
            for (var i = 0; i < Connections.Rate; i++)
            {
                sockets.Add(await PortalServer.ConnectAsync(address, server.Port));
            }

            // The next one comes within the window, or the test's machine is slow and needs some more.
            await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                using var patience = new CancellationTokenSource(Patience);
                while (true)
                {
                    patience.Token.ThrowIfCancellationRequested();
                    sockets.Add(await PortalServer.ConnectAsync(address, server.Port));
                    Assert.DoesNotContain(sockets, IsClosed);
                }
            });
            using var other = server.Client();
            Assert.Equal("ok\n", await other.GetStringAsync("/healthz"));
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task When_all_places_are_taken_the_source_with_most_of_them_makes_room()
    {
        await using var own = new PortalServer();
        await own.InitializeAsync();
        List<Socket> sockets = [];
        try
        {
            for (var source = 0; source < Connections.Total / 50; source++)
            {
                var address = PortalServer.Address();
                for (var i = 0; i < 50; i++)
                {
                    sockets.Add(await PortalServer.ConnectAsync(address, own.Port));
                }
            }

            using var client = own.Client();
            Assert.Equal("ok\n", await client.GetStringAsync("/healthz"));
            await ClosedAsync(sockets);
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task One_source_has_so_many_connections_and_no_more()
    {
        var address = PortalServer.Address();
        List<Stream> streams = [];
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            while (streams.Count < Connections.PerSource)
            {
                try
                {
                    streams.Add(await server.HandshakeAsync(address));
                }
                catch (Exception refused) when (refused is IOException or SocketException)
                {
                    // The rate; a moment later it goes on.
                    await Task.Delay(100, patience.Token);
                }
            }

            // Now the rate is over before the places are.
            await Task.Delay(TimeSpan.FromSeconds(2), patience.Token);
            await Assert.ThrowsAnyAsync<Exception>(() => server.HandshakeAsync(address));
            await streams[0].DisposeAsync();
            while (true)
            {
                try
                {
                    streams.Add(await server.HandshakeAsync(address));
                    break;
                }
                catch (Exception refused) when (refused is IOException or SocketException)
                {
                    await Task.Delay(100, patience.Token);
                }
            }
        }
        finally
        {
            streams.ForEach(stream => stream.Dispose());
        }
    }

    [Fact]
    public async Task A_connection_that_idles_is_closed()
    {
        await using var stream = await server.HandshakeAsync(PortalServer.Address());
        await stream.WriteAsync("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        Assert.StartsWith("HTTP/1.1 200 ", await ReadAsync(stream), StringComparison.Ordinal);
        var end = new byte[4096];
        while (await stream.ReadAsync(end).AsTask().WaitAsync(PortalLimits.Idle + Patience) > 0)
        {
            // The rest of the answer.
        }
    }

    [Fact]
    public async Task A_connection_carries_so_many_requests_at_once()
    {
        await using var stream = await server.HandshakeAsync(PortalServer.Address(), "h2");

        // The client's preface with empty SETTINGS; the server's SETTINGS say how many streams there may be (RFC 9113 6.5.2: 3).
        await stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0"u8.ToArray());
        var head = new byte[9];
        await stream.ReadExactlyAsync(head).AsTask().WaitAsync(Patience);
        Assert.Equal(4, head[3]);
        var settings = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
        await stream.ReadExactlyAsync(settings).AsTask().WaitAsync(Patience);
        Assert.Contains(settings.Chunk(6), setting => setting[1] == 3 && setting[5] == PortalLimits.Streams && setting[4] == 0);
    }

    [Fact]
    public async Task A_client_that_does_not_know_the_bound_yet_has_all_its_requests_answered()
    {
        await using var stream = await server.HandshakeAsync(PortalServer.Address(), "h2");
        await using var http = new Http2Frames(stream);
        await http.BeginAsync();

        // As HttpClient, curl and Go begin: a hundred requests before the server's settings have come, their bodies behind.
        var ids = Enumerable.Range(0, PortalLimits.Streams).Select(static index => 1 + (2 * index)).ToList();
        foreach (var id in ids)
        {
            await http.OpenAsync(id, "/theme", Form);
        }

        // The server has seen all that came before this.
        await http.PingAsync(Patience);
        foreach (var id in ids)
        {
            await http.DataAsync(id, "theme=dark"u8.ToArray());
        }

        var answered = new HashSet<int>();
        while (answered.Count < ids.Count)
        {
            var (type, id, _) = await http.ReadAsync(Patience);
            Assert.NotEqual(Http2Frames.GoAway, type);
            Assert.NotEqual(Http2Frames.Reset, type);
            if (type == Http2Frames.Headers)
            {
                answered.Add(id);
            }
        }

        Assert.Equal(ids, answered.Order());
    }

    [Fact]
    public async Task Requests_beyond_that_are_refused_and_the_others_answered()
    {
        await using var stream = await server.HandshakeAsync(PortalServer.Address(), "h2");
        await using var http = new Http2Frames(stream);
        await http.BeginAsync();
        var ids = Enumerable.Range(0, PortalLimits.Streams + 5).Select(static index => 1 + (2 * index)).ToList();
        foreach (var id in ids)
        {
            await http.OpenAsync(id, "/theme", Form);
        }

        await http.PingAsync(Patience);
        foreach (var id in ids)
        {
            await http.DataAsync(id, "theme=dark"u8.ToArray());
        }

        var (answered, refused) = (new HashSet<int>(), new HashSet<int>());
        while (answered.Count + refused.Count < ids.Count)
        {
            var (type, id, payload) = await http.ReadAsync(Patience);
            Assert.NotEqual(Http2Frames.GoAway, type);
            if (type == Http2Frames.Reset)
            {
                Assert.Equal(Http2Frames.RefusedStream, payload[3]);
                refused.Add(id);
            }
            else if (type == Http2Frames.Headers)
            {
                answered.Add(id);
            }
        }

        Assert.Equal(ids[PortalLimits.Streams..], refused.Order());
    }

    [Theory]
    [InlineData("TRACE")]
    [InlineData("PUT")]
    [InlineData("WHATEVER")]
    public async Task A_method_that_no_page_has_is_refused(string method)
    {
        using var client = server.Client();
        foreach (var path in (string[])["/", "/request", "/sign-in", "/staff", "/nowhere"])
        {
            using var answer = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
            Assert.Equal((path, HttpStatusCode.MethodNotAllowed), (path, answer.StatusCode));
            Assert.Contains("GET", answer.Content.Headers.Allow);
        }

        using var call = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/v1/changes"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, call.StatusCode);
        Assert.Equal(["GET", "HEAD"], call.Content.Headers.Allow.Order());
    }

    [Fact]
    public async Task A_client_that_goes_in_the_middle_of_its_bodies_leaves_no_error_in_the_log()
    {
        await using var own = new PortalServer();
        await own.InitializeAsync();
        var token = (await own.CommandAsync("token", "add", "billing", "--scope", "billing:write")).Split('\n')[0].Trim();
        await using (var stream = await own.HandshakeAsync(PortalServer.Address(), "h2"))
        await using (var http = new Http2Frames(stream))
        {
            await http.BeginAsync();
            foreach (var index in Enumerable.Range(0, 20))
            {
                await http.OpenAsync(1 + (4 * index), "/theme", Form);
                await http.OpenAsync(3 + (4 * index), "/v1/ledger", ("content-type", "application/json"), ("authorization", $"Bearer {token}"));
            }

            // DATA on a stream that was never opened ends the connection (RFC 9113 6.1), and with it all that was begun.
            await http.PingAsync(Patience);
            await http.DataAsync(999, "x"u8.ToArray());
            while ((await http.ReadAsync(Patience)).Type != Http2Frames.GoAway)
            {
                // What was sent before.
            }
        }

        // HTTP/1.1: said goodbye to, and cut off.
        foreach (var isCut in (bool[])[false, true])
        {
            for (var turn = 0; turn < 5; turn++)
            {
                foreach (var head in (string[])[$"POST /v1/ledger HTTP/1.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json", "POST /theme HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded"])
                {
                    using var socket = await PortalServer.ConnectAsync(PortalServer.Address(), own.Port);
                    await using var plain = new NetworkStream(socket);
                    await using var tls = new SslStream(plain);
                    await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = own.Trust() });
                    await tls.WriteAsync(Encoding.ASCII.GetBytes($"{head}\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n"));

                    // That it goes on is said when the body is read.
                    Assert.StartsWith("HTTP/1.1 100 ", await ReadAsync(tls), StringComparison.Ordinal);
                    await tls.WriteAsync("{"u8.ToArray());
                    socket.LingerState = new LingerOption(isCut, 0);
                }
            }
        }

        using var client = own.Client();
        Assert.Contains("</html>", await client.GetStringAsync("/"), StringComparison.Ordinal);
        Assert.Equal(0, (await own.StopAsync()).ExitCode);
        Assert.DoesNotContain("Exception", own.Logs, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_logo_is_shown_and_one_that_is_too_large_or_no_picture_is_refused()
    {
        await using var own = new PortalServer { Settings = ["Provider:Logo=logo.svg"] };
        Directory.CreateDirectory(own.Data);
        await own.InitializeAsync(async () => await File.WriteAllTextAsync(Path.Combine(own.Data, "logo.svg"), """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7v7z"/></svg>"""));
        using var client = own.Client();
        var page = await client.GetStringAsync("/");
        var path = System.Text.RegularExpressions.Regex.Match(page, "/assets/logo\\.[0-9a-f]+\\.svg").Value;
        Assert.Contains("M1 1h7v7z", await client.GetStringAsync(path), StringComparison.Ordinal);
        Assert.Equal(0, (await own.StopAsync()).ExitCode);
        await File.WriteAllBytesAsync(Path.Combine(own.Data, "logo.svg"), new byte[PortalLimits.Logo + 1]);
        Assert.Contains("larger than 256 KiB", await own.RefusedAsync("serve"), StringComparison.Ordinal);
        Assert.Contains("no picture", await own.RefusedAsync("serve", "--set", "Provider:Logo=waybill.db"), StringComparison.Ordinal);
    }

    /// <summary>Waits until one of them was closed without a byte.</summary>
    private static async Task ClosedAsync(List<Socket> sockets)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!sockets.Exists(IsClosed))
        {
            await Task.Delay(50, patience.Token);
        }
    }

    private static bool IsClosed(Socket socket) => socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0;

    private static async Task<string> ReadAsync(Stream stream)
    {
        var buffer = new byte[4096];
        return Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer).AsTask().WaitAsync(Patience));
    }

    /// <summary>The bounds of the listener, which belongs to the server; LimitsPageTests compares both with the page.</summary>
    private static class Connections
    {
        public const int Total = 1_000;
        public const int PerSource = 100;
        public const int Rate = 60;
    }
}
