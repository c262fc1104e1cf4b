using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Waybill.Ftp.Hosting;
using Waybill.Ftp.Tests.Support;
using Waybill.Ftp.Tls;
using Waybill.TestKit;

namespace Waybill.Ftp.Tests.Tls;

/// <summary>TLS sessions of data connections, as OpenSSL's own client sees them (docs/decisions/0012).</summary>
public sealed class ResumptionTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("-tls1_2", "", false)]
    [InlineData("-tls1_3", "", true)]
    [InlineData("-tls1_3", "-groups P-384:X25519", true)]
    public async Task A_session_is_resumed_and_the_watch_knows_the_version(string version, string more, bool isTls13)
    {
        var tls = new FtpTls(FtpHarness.DefaultOptions);
        Assert.Equal((isTls13, "New"), await HandshakeAsync(tls, version, more, "-sess_out"));
        Assert.Equal((isTls13, "Reused"), await HandshakeAsync(tls, version, more, "-sess_in"));
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task A_ticket_is_good_at_another_context_of_the_same_certificate_so_that_resumption_proves_nothing(string version)
    {
        var first = new FtpTls(FtpHarness.DefaultOptions);
        await HandshakeAsync(first, version, "", "-sess_out");
        var context = TestCertificate.Context;
        var second = new FtpTls(FtpHarness.DefaultOptions with
        {
            Certificate = () => SslStreamCertificateContext.Create(context.TargetCertificate, [.. context.IntermediateCertificates], offline: true),
        });
        Assert.Equal("Reused", (await HandshakeAsync(second, version, "", "-sess_in")).Client);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task With_reuse_off_nothing_is_resumed(string version)
    {
        var on = new FtpTls(FtpHarness.DefaultOptions);
        var off = new FtpTls(FtpHarness.DefaultOptions with { ResumesSessions = false });
        await HandshakeAsync(on, version, "", "-sess_out");
        Assert.Equal("New", (await HandshakeAsync(off, version, "", "-sess_in")).Client);
    }

    [Fact]
    public async Task Nothing_of_ours_reaches_a_client_between_its_handshake_and_the_end_of_its_upload()
    {
        // A ticket that comes when the client has closed makes its kernel reset the connection and drop what was not sent yet.
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        using var data = await client.PassiveAsync();
        Assert.Equal(150, await client.SendAsync("STOR a"));
        await using var stream = await TestTls.ConnectAsync(new NetworkStream(data));
        await stream.WriteAsync(new byte[100_000]);
        while (!(await client.CommandAsync("STAT")).Text.Contains(" 100000 bytes", StringComparison.Ordinal))
        {
            await Task.Delay(10);
        }

        Assert.Equal(0, data.Available);
        await FtpClient.CloseAsync(stream);
        Assert.Equal(226, (await client.ReadReplyAsync()).Code);
    }

    [Fact]
    public async Task A_certificate_that_takes_over_leaves_sessions_what_they_have_and_serves_new_ones()
    {
        var used = 0;
        await using var harness = await FtpHarness.StartAsync(FtpHarness.DefaultOptions with { Certificate = () => Interlocked.Increment(ref used) == 1 ? TestCertificate.Context : TestCertificate.Next });
        await using var before = await harness.LogInAsync();
        await using var after = await harness.LogInAsync();
        Assert.Equal(TestCertificate.Context.TargetCertificate.Thumbprint, await ShownAsync(before));
        Assert.Equal(TestCertificate.Next.TargetCertificate.Thumbprint, await ShownAsync(after));
        Assert.Equal(2, used);
    }

    [Fact]
    public void What_is_no_ServerHello_is_none()
    {
        byte[][] flights = [[], [22], [22, 3, 3, 0, 4, 2, 0, 0, 0], [23, 3, 3, 0, 1, 0], [22, 3, 3, 0, 100, 2, 0, 0, 96, .. new byte[33]], [22, 3, 3, 0, 100, 2, 0, 0, 96, .. new byte[34], 255, .. new byte[60]]];
        foreach (var flight in flights)
        {
            var watch = new HandshakeWatch();
            watch.NoteSent(flight);
            Assert.False(watch.IsTls13);
        }
    }

    private static async Task<string> ShownAsync(FtpClient client)
    {
        await using var data = (System.Net.Security.SslStream)await client.BeginAsync("LIST");
        var shown = data.RemoteCertificate!.GetCertHashString();
        Assert.Equal(shown, ((System.Net.Security.SslStream)client.Stream).RemoteCertificate!.GetCertHashString());
        await data.CopyToAsync(Stream.Null);
        Assert.Equal(226, (await client.ReadReplyAsync()).Code);
        return shown;
    }

    /// <summary>One handshake of OpenSSL's client with our TLS; what our side saw, and what the client says.</summary>
    private async Task<(bool IsTls13, string Client)> HandshakeAsync(FtpTls tls, string version, string more, string session)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = ExternalProcess.RunAsync(
            "openssl",
            ["s_client", "-connect", $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}", version, .. more.Split(' ', StringSplitOptions.RemoveEmptyEntries), session, _directory.Combine("session.pem"), "-ign_eof"],
            timeout: TimeSpan.FromSeconds(60));
        using var socket = await listener.AcceptSocketAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await using var wire = new WireStream(socket, TimeProvider.System) { Watch = new HandshakeWatch() };
        var watch = wire.Watch;
        await using var stream = await tls.AuthenticateAsync(wire, TimeSpan.FromSeconds(60), TimeProvider.System, CancellationToken.None);
        wire.Watch = null;
        await stream.WriteAsync("hello\n"u8.ToArray());
        await wire.SendGatheredAsync(CancellationToken.None);
        await stream.ShutdownAsync();
        await wire.SendGatheredAsync(CancellationToken.None);
        socket.Shutdown(SocketShutdown.Send);
        var outcome = await client;
        return (watch.IsTls13, outcome.Output.Contains("\nReused, ", StringComparison.Ordinal) ? "Reused" : outcome.Output.Contains("\nNew, ", StringComparison.Ordinal) ? "New" : outcome.ToString());
    }
}
