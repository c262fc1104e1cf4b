using Waybill.Server.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Server.Tests.CommandLine;

public sealed class InitTests(Template template)
{
    [Fact]
    public async Task An_empty_folder_is_accepted_and_an_initialised_one_is_refused_untouched()
    {
        using var data = new Data(template);
        Directory.CreateDirectory(data.Root);
        var output = await data.OutputAsync("init");
        Assert.Contains("(ssh-ed25519)", output, StringComparison.Ordinal);
        Assert.Contains("ssh-ed25519 255 SHA256:", output, StringComparison.Ordinal);
        var before = await File.ReadAllBytesAsync(data.Combine("hostkeys", "ssh_host_ed25519_key"));
        Assert.Contains("already; use it, or choose an empty directory", await data.RefusedAsync(1, "init"), StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(data.Combine("hostkeys", "ssh_host_ed25519_key")));
    }

    [Fact]
    public async Task Secrets_have_mode_600_in_directories_of_mode_700()
    {
        using var data = await template.CopyAsync();
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        string[] secrets =
        [
            "waybill.db", "audit/audit.key", "tls/root.key", "tls/server.key", "hostkeys/ssh_host_ed25519_key", "hostkeys/ssh_host_rsa_key", "hostkeys/ssh_host_ecdsa_key",
        ];
        Assert.All(secrets, secret => Assert.Equal(owner, File.GetUnixFileMode(data.Combine(secret))));
        Assert.All(
            (string[])["", "audit", "tls", "hostkeys", "vaults", "run"], name => Assert.Equal(owner | UnixFileMode.UserExecute, File.GetUnixFileMode(data.Combine(name))));
    }

    [Fact]
    public async Task Two_inits_share_no_key()
    {
        using var one = await template.CopyAsync();
        using var other = new Data(template);
        await other.OutputAsync("init");
        foreach (var name in (string[])["hostkeys/ssh_host_ed25519_key", "hostkeys/ssh_host_rsa_key", "hostkeys/ssh_host_ecdsa_key", "audit/audit.key", "tls/root.key", "tls/server.key"])
        {
            Assert.NotEqual(await File.ReadAllTextAsync(one.Combine(name)), await File.ReadAllTextAsync(other.Combine(name)));
        }
    }

    [Fact]
    public async Task The_fingerprints_printed_are_those_of_the_keys_made()
    {
        using var data = new Data(template);
        var made = await data.JsonAsync("init");
        Assert.Equal(data.Root, made.GetProperty("data").GetString());
        foreach (var key in made.GetProperty("hostKeys").EnumerateArray())
        {
            var file = Directory.GetFiles(data.Combine("hostkeys")).Single(name => name.Contains(
                key.GetProperty("type").GetString()!.Replace("ssh-", "", StringComparison.Ordinal).Split('-')[0], StringComparison.Ordinal));
            Assert.Contains(key.GetProperty("sha256").GetString()!, await Tool.RequireAsync("ssh-keygen", "-l", "-f", file), StringComparison.Ordinal);
        }

        var openssl = await Tool.RequireAsync("openssl", "x509", "-in", made.GetProperty("tlsRoot").GetString()!, "-noout", "-fingerprint", "-sha256");
        Assert.EndsWith("=" + made.GetProperty("tlsRootSha256").GetString(), openssl.Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_that_an_interrupted_init_left_is_explained_by_every_command()
    {
        using var data = await template.CopyAsync();
        await File.WriteAllTextAsync(data.Combine("init.unfinished"), "");
        foreach (var words in (string[][])[["init"], ["serve"], ["key", "list", Template.User], ["doctor"], ["demo"]])
        {
            Assert.Contains("is half-made: an init was interrupted there, or runs right now; empty the directory", await data.RefusedAsync(1, words), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_directory_that_cannot_be_made_is_refused_in_words()
    {
        var line = await Cli.RefusedAsync(1, "init", "--data", "/proc/waybill");
        Assert.StartsWith("waybill: /proc/waybill cannot be made here", line, StringComparison.Ordinal);
        Assert.EndsWith("choose another directory with --data", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/data")]
    public async Task A_file_in_the_place_of_the_directory_is_said_to_be_one(string below)
    {
        using var data = new Data(template);
        var file = data.Beside("file");
        await File.WriteAllTextAsync(file, "x");
        var line = await Cli.RefusedAsync(1, "init", "--data", file + below);
        Assert.Equal($"waybill: {file} is a file; choose another directory with --data", line);
        Assert.Equal("x", await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task A_path_too_long_for_the_control_socket_is_refused_before_anything_is_made()
    {
        using var data = new Data(template);
        var deep = data.Beside(new string('d', 100));
        Assert.Contains("too long for a socket", await Cli.RefusedAsync(1, "init", "--data", deep), StringComparison.Ordinal);
        Assert.False(Directory.Exists(deep));
    }

    [Fact]
    public async Task The_server_certificate_verifies_under_the_root_for_loopback_and_every_public_name()
    {
        using var data = new Data(template);
        Directory.CreateDirectory(data.Root);
        await File.WriteAllTextAsync(data.Combine("waybill.json"),
            """
            { "Provider": { "Name": "Example Telecom" }, "Ssh": { "Public": [{ "Host": "sftp.example.com" }] }, "Ftp": { "Public": [{ "Host": "192.0.2.9" }] },
              "Portal": { "PublicUrl": "https://files.example.com:8443/start" } }
            """);
        await data.OutputAsync("init");
        var root = data.Combine("tls", "root.crt");
        var server = data.Combine("tls", "server.crt");
        Assert.Contains("OK", await Tool.RequireAsync("openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", root, server), StringComparison.Ordinal);
        foreach (var name in (string[])["localhost", "sftp.example.com", "files.example.com"])
        {
            await Tool.RequireAsync("openssl", "verify", "-CAfile", root, "-verify_hostname", name, server);
        }

        foreach (var address in (string[])["127.0.0.1", "::1", "192.0.2.9"])
        {
            await Tool.RequireAsync("openssl", "verify", "-CAfile", root, "-verify_ip", address, server);
        }

        var other = await ExternalProcess.RunAsync("openssl", ["verify", "-CAfile", root, "-verify_hostname", "example.org", server]);
        Assert.NotEqual(0, other.ExitCode);
        var text = await Tool.RequireAsync("openssl", "x509", "-in", root, "-noout", "-text");
        Assert.Contains("O = Example Telecom", text, StringComparison.Ordinal);
        Assert.Contains("CA:TRUE, pathlen:0", text, StringComparison.Ordinal);
        Assert.Contains("prime256v1", text, StringComparison.Ordinal);
        await Tool.RequireAsync("openssl", "x509", "-in", root, "-noout", "-checkend", $"{9 * 365 * 86_400}");
        await Tool.RequireAsync("openssl", "x509", "-in", server, "-noout", "-checkend", $"{396 * 86_400}");
        var tooLong = await ExternalProcess.RunAsync("openssl", ["x509", "-in", server, "-noout", "-checkend", $"{398 * 86_400}"]);
        Assert.Equal(1, tooLong.ExitCode);
    }
}
