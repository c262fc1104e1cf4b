using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Waybill.Ftp.Hosting;
using Waybill.Ftp.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Ftp.Tests.Tls;

/// <summary>Those on the way, and those that speak another protocol (T17).</summary>
public sealed class AttackTests
{
    [Fact]
    public async Task Bytes_behind_AUTH_end_the_connection_and_run_nothing()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.ConnectAsync();
        await client.WriteAsync($"AUTH TLS\r\nUSER {FtpHarness.User}\r\nPASS {FtpHarness.Password}\r\n");
        Assert.Null(await client.TryReadReplyAsync());
        var report = await harness.ReportAsync();
        Assert.Equal((FtpEndReason.InjectedBytes, null), (report.Reason, report.User));
        Assert.Empty(harness.Attempts);
    }

    [Fact]
    public async Task Half_a_line_behind_AUTH_is_not_the_beginning_of_what_comes_protected()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.ConnectAsync();
        await client.WriteAsync("AUTH TLS\r\nUSER evil");
        Assert.Null(await client.TryReadReplyAsync());
        Assert.Equal(FtpEndReason.InjectedBytes, (await harness.ReportAsync()).Reason);
    }

    [Fact]
    public async Task What_was_said_before_TLS_counts_for_nothing_after_it()
    {
        await using var harness = await FtpHarness.StartAsync(FtpHarness.DefaultOptions with { Mode = FtpMode.PlainAllowed });
        await using var client = await harness.ConnectAsync();
        Assert.Equal(331, await client.SendAsync("USER evil"));
        Assert.Equal(234, await client.SendAsync("AUTH TLS"));
        await client.StartTlsAsync();
        Assert.Equal(503, await client.SendAsync($"PASS {FtpHarness.Password}"));
    }

    [Fact]
    public async Task The_name_of_a_lenient_program_that_was_said_before_TLS_lets_no_cut_upload_count()
    {
        await using var harness = await FtpHarness.StartAsync(FtpHarness.DefaultOptions with { LenientClients = ["OldBilling"] });
        await using var client = await harness.ConnectAsync();
        Assert.Equal(200, await client.SendAsync("CLNT OldBilling/1.0"));
        Assert.Equal(220, await client.SendAsync("HOST evil.example"));
        Assert.Equal(234, await client.SendAsync("AUTH TLS"));
        await client.StartTlsAsync();
        foreach (var (command, code) in ((string, int)[])[("PBSZ 0", 200), ("PROT P", 200), ("USER " + FtpHarness.User, 331), ("PASS " + FtpHarness.Password, 230)])
        {
            Assert.Equal(code, await client.SendAsync(command));
        }

        using var data = await client.PassiveAsync();
        Assert.Equal(150, await client.SendAsync("STOR a"));
        await using (var cut = await TestTls.ConnectAsync(new NetworkStream(data)))
        {
            await cut.WriteAsync("half of it"u8.ToArray());
            data.Shutdown(SocketShutdown.Both);
        }

        Assert.Equal(426, (await client.ReadReplyAsync()).Code);
        Assert.Empty(harness.Names());
        Assert.Equal(221, await client.SendAsync("QUIT"));
        Assert.DoesNotContain("evil", (await harness.ReportAsync()).Connection.HostName, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http/1.1", false)]
    [InlineData("h2", false)]
    [InlineData("ftp", true)]
    public async Task A_handshake_meant_for_another_protocol_fails(string protocol, bool succeeds)
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.ConnectAsync();
        Assert.Equal(234, await client.SendAsync("AUTH TLS"));
        if (succeeds)
        {
            await client.StartTlsAsync([protocol]);
            Assert.Equal(215, await client.SendAsync("SYST"));
            return;
        }

        await Assert.ThrowsAnyAsync<AuthenticationException>(() => client.StartTlsAsync([protocol]));
        Assert.Equal(FtpEndReason.TlsFailed, (await harness.ReportAsync()).Reason);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: ftp.example.com\r\n\r\n")]
    [InlineData("POST /<script>alert(1)</script> HTTP/1.1\r\n\r\nUSER x\r\n")]
    [InlineData("get /x\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("\u0016\u0003\u0001\n")]
    public async Task A_line_of_another_protocol_ends_the_connection_without_a_word(string text)
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.ConnectAsync();
        await client.WriteAsync(Encoding.Latin1.GetBytes(text));
        Assert.Null(await client.TryReadReplyAsync());
        Assert.Equal(FtpEndReason.NotFtp, (await harness.ReportAsync()).Reason);
    }

    [Fact]
    public async Task A_second_AUTH_and_whatever_would_take_the_protection_off_are_refused()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        Assert.Equal(503, await client.SendAsync("AUTH TLS"));
        Assert.Equal(534, await client.SendAsync("PROT C"));
        Assert.Equal(534, await client.SendAsync("CCC"));
        Assert.IsType<SslStream>(client.Stream);
        Assert.Equal(226, (await client.PutAsync("STOR a", "x"u8.ToArray())).Code);
    }

    [Fact]
    public async Task A_session_that_did_not_ask_for_protection_gets_no_transfer()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.ConnectWithTlsAsync();
        await client.SendAsync($"USER {FtpHarness.User}");
        Assert.Equal(230, await client.SendAsync($"PASS {FtpHarness.Password}"));
        using var data = await client.PassiveAsync();
        Assert.Equal(521, await client.SendAsync("LIST"));
        Assert.Equal(503, await client.SendAsync("PROT P"));
    }

    [Fact]
    public async Task A_data_connection_without_TLS_gets_not_one_byte_of_a_file()
    {
        await using var harness = await FtpHarness.StartAsync();
        harness.Write("a", "secret content"u8);
        await using var client = await harness.LogInAsync();
        using var data = await client.PassiveAsync();
        Assert.Equal(150, await client.SendAsync("RETR a"));
        await data.SendAsync("plain text, no handshake\r\n"u8.ToArray());
        Assert.Equal(425, (await client.ReadReplyAsync()).Code);
        Assert.Contains("its log says why", client.Last.Text, StringComparison.Ordinal);
        var received = new byte[100];
        var length = 0;
        try
        {
            length = await data.ReceiveAsync(received);
        }
        catch (System.Net.Sockets.SocketException)
        {
            // Reset: nothing at all.
        }

        Assert.DoesNotContain("secret", Encoding.Latin1.GetString(received, 0, length), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Both_versions_are_served_and_none_older()
    {
        await using var harness = await FtpHarness.StartAsync();
        foreach (var version in (SslProtocols[])[SslProtocols.Tls12, SslProtocols.Tls13])
        {
            await using var client = await harness.ConnectAsync();
            client.Protocols = version;
            Assert.Equal(234, await client.SendAsync("AUTH TLS"));
            await client.StartTlsAsync();
            Assert.Equal(version, ((SslStream)client.Stream).SslProtocol);
        }

        await using var old = await harness.ConnectAsync();
        Assert.Equal(234, await old.SendAsync("AUTH TLS"));
#pragma warning disable SYSLIB0039, CA5397 // What is refused here.
        old.Protocols = SslProtocols.Tls11;
#pragma warning restore SYSLIB0039, CA5397
        await Assert.ThrowsAnyAsync<Exception>(() => old.StartTlsAsync());
    }
}
