using System.Text;
using Waybill.Ssh.Hosting;
using Waybill.Ssh.Tests.Hosting;
using Waybill.TestKit.Ssh;

namespace Waybill.Ssh.Tests.Transport;

public sealed class VersionExchangeTests
{
    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n", "OpenSSH_9.2p1 Debian-2+deb12u3")]
    [InlineData("SSH-2.0-NoCarriageReturn\n", "NoCarriageReturn")]
    [InlineData("SSH-1.99-Old_And_New\r\n", "Old_And_New")]
    [InlineData("SSH-2.0-dashes-in-software-1.0\r\n", "dashes-in-software-1.0")]
    [InlineData("SSH-2.0-Ünïcode\r\n", "Ünïcode")]
    public async Task A_version_line_is_accepted_and_reported(string line, string software)
    {
        await using var server = new TestServer();
        server.Client.ClientVersion = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(line.TrimEnd('\r', '\n')));
        await server.Client.Transport.SendRawAsync(Encoding.UTF8.GetBytes(line));
        await server.Client.ReceiveVersionAsync();
        await server.Client.SendKexInitAsync();
        await server.Client.ReceiveKexInitAsync();

        Assert.Matches(@"^SSH-2\.0-Waybill_\d+\.\d+\.\d+$", server.Client.ServerVersion);
        await server.Client.DisposeAsync();
        var report = await server.EndsWithAsync(SshEndReason.ClientClosed);
        Assert.Equal(software, report.Connection.ClientSoftware);
    }

    [Theory]
    [InlineData("SSH-1.5-Ancient\r\n", SshEndReason.UnsupportedVersion, "version 1.5")]
    [InlineData("SSH-3.0-Future\r\n", SshEndReason.UnsupportedVersion, "version 3.0")]
    [InlineData("SSH-2.0\r\n", SshEndReason.ProtocolError, "names no software")]
    [InlineData("SSH-2.0-\r\n", SshEndReason.ProtocolError, "names no software")]
    [InlineData("SSH-2.0-a\0b\r\n", SshEndReason.ProtocolError, "control characters")]
    [InlineData("SSH-2.0-a\u001b[31mb\r\n", SshEndReason.ProtocolError, @"\u{1b}[31m")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n", SshEndReason.NotSsh, "HTTP")]
    [InlineData("USER anonymous\r\n", SshEndReason.NotSsh, "FTP")]
    [InlineData("AUTH TLS\r\n", SshEndReason.NotSsh, "FTP")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n", SshEndReason.NotSsh, "PROXY")]
    [InlineData("\u0016\u0003\u0001\u0002", SshEndReason.NotSsh, "TLS ClientHello")]
    [InlineData("POST /x HTTP/1.1\r\n", SshEndReason.NotSsh, "this is the SSH port; the client spoke HTTP")]
    [InlineData("CONNECT mail:25 HTTP/1.1\r\n", SshEndReason.NotSsh, "this is the SSH port; the client spoke HTTP (a proxy request)")]
    [InlineData("HEAD / HTTP/1.0\r\n", SshEndReason.NotSsh, "this is the SSH port; the client spoke HTTP")]
    [InlineData("OPTIONS * HTTP/1.1\r\n", SshEndReason.NotSsh, "this is the SSH port; the client spoke HTTP")]
    [InlineData("user anonymous\r\n", SshEndReason.NotSsh, "this is the SSH port; the client spoke FTP")]
    [InlineData("EHLO mail\r\n", SshEndReason.NotSsh, "this is the SSH port; the client spoke SMTP")]
    [InlineData("hello\u202e\r\n", SshEndReason.NotSsh, @"hello\u{202e}")]
    [InlineData("SSX", SshEndReason.NotSsh, "no SSH version line")]
    public async Task What_is_no_version_line_is_named(string bytes, SshEndReason reason, string words)
    {
        await using var server = new TestServer();
        await server.Client.Transport.SendRawAsync(Encoding.UTF8.GetBytes(bytes));
        var report = await server.EndsWithAsync(reason);
        Assert.Contains(words, report.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(report.Detail, char.IsControl);
    }

    [Fact]
    public async Task A_line_of_255_bytes_is_accepted_and_one_of_256_is_not()
    {
        await using var fits = new TestServer();
        await fits.Client.SendVersionAsync("SSH-2.0-" + new string('x', 255 - "SSH-2.0-\r\n".Length));
        await fits.Client.ReceiveVersionAsync();
        await fits.Client.SendKexInitAsync();
        Assert.NotNull(await fits.Client.ReceiveKexInitAsync());

        await using var tooLong = new TestServer();
        await tooLong.Client.SendVersionAsync("SSH-2.0-" + new string('x', 256 - "SSH-2.0-\r\n".Length));
        var report = await tooLong.EndsWithAsync(SshEndReason.ProtocolError);
        Assert.Contains("longer than 255", report.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_in_single_bytes_is_read()
    {
        await using var server = new TestServer();
        foreach (var one in "SSH-2.0-slow\r\n"u8.ToArray())
        {
            await server.Client.Transport.SendRawAsync(new[] { one });
        }

        server.Client.ClientVersion = "SSH-2.0-slow";
        await server.Client.ReceiveVersionAsync();
        await server.Client.SendKexInitAsync();
        await server.Client.ReceiveKexInitAsync();
        await server.Client.ExchangeAsync();
        Assert.Equal(1, server.Client.KeyExchanges);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "This is an SFTP server, not a web page.")]
    [InlineData("AUTH TLS\r\n", "500 This is the SSH port: set the program to SFTP")]
    public async Task A_person_who_came_to_the_wrong_port_reads_one_line(string bytes, string answer)
    {
        await using var server = new TestServer();
        foreach (var one in Encoding.UTF8.GetBytes(bytes[..(bytes.IndexOf(' ', StringComparison.Ordinal) + 1)]))
        {
            await server.Client.Transport.SendRawAsync(new[] { one });
        }

        Assert.StartsWith("SSH-2.0-", await server.Client.Transport.ReceiveLineAsync(), StringComparison.Ordinal);
        Assert.StartsWith(answer, await server.Client.Transport.ReceiveLineAsync(), StringComparison.Ordinal);
        await server.EndsWithAsync(SshEndReason.NotSsh);
    }

    [Fact]
    public async Task A_TLS_client_gets_nothing_but_the_version_line()
    {
        await using var server = new TestServer();
        await server.Client.Transport.SendRawAsync(new byte[] { 0x16, 3, 1, 2, 0 });
        var report = await server.EndsWithAsync(SshEndReason.NotSsh);
        Assert.Equal("this is the SSH port; the client spoke TLS (a TLS ClientHello): it is set to FTPS or HTTPS", report.Detail);
        await server.Client.Transport.ReceiveLineAsync();
        await Assert.ThrowsAsync<PeerClosedException>(() => server.Client.Transport.ReceiveLineAsync());
    }

    [Fact]
    public async Task A_peer_that_closes_without_a_byte_is_no_error()
    {
        await using var server = new TestServer();
        await server.Client.DisposeAsync();
        var report = await server.EndsWithAsync(SshEndReason.ClientClosed);
        Assert.Contains("before it sent anything", report.Detail, StringComparison.Ordinal);
        Assert.Equal("", report.Connection.ClientSoftware);
    }

    [Fact]
    public async Task The_servers_first_bytes_are_its_version_line()
    {
        await using var server = new TestServer();
        Assert.StartsWith("SSH-2.0-", await server.Client.Transport.ReceiveLineAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void Our_line_fits_the_limit() => Assert.InRange(Ssh.Transport.VersionExchange.ServerLine("Waybill").Length, 9, 253);
}
