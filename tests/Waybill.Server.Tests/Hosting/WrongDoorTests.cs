using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Waybill.Server.Tests.Support;
using Waybill.TestKit;
using Waybill.TestKit.Ssh;

namespace Waybill.Server.Tests.Hosting;

/// <summary>Persons who type a password, and clients of other protocols.</summary>
public sealed class WrongDoorTests(Template template)
{
    private const string Keys = "This server takes SSH keys only, no passwords. The passphrase of a key is not a password: it opens the key file in your own program.\r\n";

    [Theory]
    [InlineData("psftp")]
    [InlineData("sftp")]
    [InlineData("lftp")]
    [InlineData("curl")]
    [InlineData("rclone")]
    public async Task A_program_with_a_password_and_no_key_came_without_a_key(string program)
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data, "--set", "Ssh:Policy=compat");
        var home = data.Beside("home");
        Directory.CreateDirectory(home);
        const string Ssh = "-F /dev/null -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes -o IdentityFile=/dev/null -o IdentitiesOnly=yes";
        string[] words = program switch
        {
            "psftp" => ["-batch", "-noagent", "-hostkey", await HostKeyAsync(data), "-pw", "passphrase", "-P", $"{server.Port}", $"{Template.User}@127.0.0.1"],
            "sftp" => [.. Ssh.Split(' '), "-P", $"{server.Port}", "-b", "/dev/null", $"{Template.User}@127.0.0.1"],
            "lftp" => ["--norc", "-c", $"set net:max-retries 1; set sftp:connect-program \"ssh -a -x {Ssh}\"; open sftp://{Template.User}:passphrase@127.0.0.1:{server.Port}; ls"],
            "curl" => ["-q", "-sS", "--insecure", "--user", $"{Template.User}:passphrase", $"sftp://127.0.0.1:{server.Port}/"],
            _ => ["--config", data.Beside("none.conf"), "--retries", "1", "--low-level-retries", "1", "lsf",
                $":sftp,host=127.0.0.1,port={server.Port},user={Template.User},pass={(await Tool.RequireAsync("rclone", "obscure", "passphrase")).Trim()}:"],
        };
        var outcome = await ExternalProcess.RunAsync(program, words, environment: new Dictionary<string, string?> { ["HOME"] = home, ["SSH_AUTH_SOCK"] = null });
        Assert.NotEqual(0, outcome.ExitCode);

        var detail = await data.DetailAsync("came without a key for `10020`");
        Assert.Matches(program switch { "psftp" => "^PuTTY ", "curl" => "^libssh2 1", "rclone" => "^rclone ", _ => "^OpenSSH [0-9]" }, detail);
        var rows = await data.JsonAsync("audit", "search", "came without a key");
        Assert.Equal("login-refused", rows[0].GetProperty("action").GetString());
        if (program is "psftp" or "sftp")
        {
            // psftp breaks long lines.
            Assert.Contains("This server takes SSH keys only", outcome.Output + outcome.ErrorOutput, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_stranger_gets_two_lines_once_the_same_for_every_name_with_a_reference_that_the_audit_knows()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data, "--set", "Provider:SupportMail=help@example.com");
        var known = await BannersAsync(server, Template.User);
        var unknown = await BannersAsync(server, "nobody");
        var banner = Assert.Single(known);
        var match = Regex.Match(banner, $"^{Regex.Escape(Keys)}Help: help@example\\.com; reference (\\w+)\\r\\n$");
        Assert.True(match.Success, banner);
        Assert.Equal(banner.Length, Assert.Single(unknown).Length);
        Assert.Equal(Regex.Replace(banner, "reference \\w+", ""), Regex.Replace(unknown[0], "reference \\w+", ""));

        await data.DetailAsync("tried password for `10020`, which is refused: only keys are accepted");
        var row = Assert.Single((await data.JsonAsync("audit", "search", match.Groups[1].Value)).EnumerateArray());
        Assert.Equal(("login-refused", "10020"), (row.GetProperty("action").GetString(), row.GetProperty("subject").GetString()));
    }

    [Fact]
    public async Task A_source_that_logged_in_gets_no_banner_also_after_a_restart()
    {
        using var data = await template.CopyAsync();
        using var key = data.LoadKey();
        await using (var first = await RunningServer.StartAsync(data))
        {
            Assert.Single(await BannersAsync(first, Template.User));
            await (await first.LogInAsync(key)).DisposeAsync();
            Assert.Empty(await BannersAsync(first, Template.User));
            Assert.Equal(0, (await first.StopAsync()).ExitCode);
        }

        await using var second = await RunningServer.StartAsync(data);
        Assert.Empty(await BannersAsync(second, Template.User));
    }

    [Fact]
    public async Task A_help_address_cannot_steer_a_terminal()
    {
        using var data = await template.CopyAsync();
        await File.WriteAllTextAsync(data.Combine("waybill.json"), """{ "Provider": { "SupportMail": "a\u001b[2Jb\nc@example.com" } }""");
        await using var server = await RunningServer.StartAsync(data);
        Assert.StartsWith(Keys + @"Help: a\u{1b}[2Jb\u{a}c@example.com; reference ", Assert.Single(await BannersAsync(server, "x")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "NotSsh: this is the SSH port; the client spoke HTTP", "This is an SFTP server, not a web page.")]
    [InlineData("CONNECT x:25 HTTP/1.1\r\n\r\n", "NotSsh: this is the SSH port; the client spoke HTTP (a proxy request)", "This is an SFTP server, not a web page.")]
    [InlineData("USER joe\r\n", "NotSsh: this is the SSH port; the client spoke FTP", "500 This is the SSH port: set the program to SFTP")]
    [InlineData("AUTH TLS\r\n", "NotSsh: this is the SSH port; the client spoke FTP", "500 This is the SSH port: set the program to SFTP")]
    [InlineData("\u0016\u0003\u0001\u0002\u0000\u0001", "NotSsh: this is the SSH port; the client spoke TLS", "")]
    [InlineData("", "ClientClosed: the client closed the connection before it sent anything, as a port check does, or an FTP client", "")]
    public async Task Another_protocol_is_named_in_the_audit_and_answered_where_a_person_may_read_it(string bytes, string words, string answer)
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data);
        using var socket = new TcpClient("127.0.0.1", server.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(bytes));
        if (bytes.Length == 0)
        {
            socket.Client.Shutdown(SocketShutdown.Send);
        }

        using var reader = new StreamReader(stream);
        var lines = (await reader.ReadToEndAsync()).Split("\r\n");
        Assert.StartsWith("SSH-2.0-", lines[0], StringComparison.Ordinal);
        Assert.StartsWith(answer, lines[1], StringComparison.Ordinal);
        Assert.Equal(answer.Length == 0 ? 2 : 3, lines.Length);
        Assert.StartsWith(words, await data.DetailAsync(words), StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<string>> BannersAsync(RunningServer server, string user)
    {
        await using var client = await RawSshClient.ConnectAsync(server.Port);
        await client.HandshakeAsync();
        await client.RequestServiceAsync();
        Assert.False((await client.TryNoneAsync(user)).Success);
        Assert.False((await client.TryPasswordAsync(user, "passphrase")).Success);
        return client.Banners;
    }

    private static async Task<string> HostKeyAsync(Data data) =>
        (await data.JsonAsync("hostkey", "show")).EnumerateArray().First(key => key.GetProperty("type").GetString() == "ssh-ed25519").GetProperty("sha256").GetString()!;
}
