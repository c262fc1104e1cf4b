using System.Text.RegularExpressions;
using Waybill.Server.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Server.Tests.CommandLine;

/// <summary>Host keys in every notation, beside what OpenSSH says of them; and those of an older server taken over.</summary>
public sealed class HostKeyTests(Template template)
{
    [Fact]
    public async Task Every_notation_is_the_one_of_the_client_it_is_for_Ed25519_first()
    {
        using var data = await template.CopyAsync();
        var keys = (await data.JsonAsync("hostkey", "show")).EnumerateArray().ToList();
        Assert.Equal(["ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256"], keys.Select(key => key.GetProperty("type").GetString()));
        var text = await data.OutputAsync("hostkey", "show");
        string[] files = ["ssh_host_ed25519_key", "ssh_host_rsa_key", "ssh_host_ecdsa_key"];
        for (var index = 0; index < files.Length; index++)
        {
            var file = data.Combine("hostkeys", files[index]);
            var sha256 = Regex.Match(await Tool.RequireAsync("ssh-keygen", "-l", "-f", file), @"^\d+ SHA256:\S+").Value;
            var md5 = Regex.Match(await Tool.RequireAsync("ssh-keygen", "-l", "-E", "md5", "-f", file), @"^\d+ MD5:\S+").Value;
            Assert.Contains($"  OpenSSH  {sha256}\n           {md5}\n", text, StringComparison.Ordinal);
            var putty = (await Tool.RequireAsync("puttygen", "-l", PublicHalf(data, keys[index].GetProperty("openSshLine").GetString()!))).Trim();
            Assert.StartsWith(keys[index].GetProperty("putty").GetString()!, putty, StringComparison.Ordinal);
            Assert.Equal(
                keys[index].GetProperty("putty").GetString()!.Replace("SHA256:", "", StringComparison.Ordinal), keys[index].GetProperty("winScp").GetString());
            var records = (await Tool.RequireAsync("ssh-keygen", "-r", "host", "-f", file)).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(record => record.Replace("host IN SSHFP ", "", StringComparison.Ordinal));
            Assert.Equal(records, keys[index].GetProperty("sshfp").EnumerateArray().Select(record => record.GetString()));
        }
    }

    [Fact]
    public async Task SSHFP_and_known_hosts_lines_carry_the_public_names()
    {
        using var data = await template.CopyAsync();
        string[] names = ["--set", """Ssh:Public=[{"Host":"sftp.example.com","Port":22},{"Host":"sftp.example.org","Port":2222}]"""];
        var sshfp = (await data.OutputAsync(["hostkey", "show", "--sshfp", .. names])).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(12, sshfp.Length);
        Assert.StartsWith("sftp.example.com IN SSHFP 4 1 ", sshfp[0], StringComparison.Ordinal);
        var known = (await data.OutputAsync(["hostkey", "show", "--known-hosts", .. names])).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(6, known.Length);
        Assert.StartsWith("sftp.example.com ssh-ed25519 ", known[0], StringComparison.Ordinal);
        Assert.StartsWith("[sftp.example.org]:2222 ssh-ed25519 ", known[3], StringComparison.Ordinal);
        Assert.Equal(known, (await data.JsonAsync(["hostkey", "show", "--known-hosts", .. names])).EnumerateArray().Select(line => line.GetString()));
    }

    [Theory]
    [InlineData("ed25519", "-t", "ed25519")]
    [InlineData("rsa", "-t", "rsa", "-b", "2048")]
    [InlineData("rsa", "-t", "rsa", "-b", "2048", "-m", "PEM")]
    [InlineData("rsa", "-t", "rsa", "-b", "3072", "-m", "PKCS8")]
    [InlineData("ecdsa", "-t", "ecdsa", "-b", "256", "-m", "PEM")]
    public async Task Customers_who_pinned_the_old_servers_key_connect_unchanged_after_its_import(string type, params string[] options)
    {
        using var data = await template.CopyAsync();
        var old = await data.MakeKeyAsync("old_host_key", options);
        var before = await File.ReadAllBytesAsync(data.Combine("hostkeys", $"ssh_host_{type}_key"));
        Assert.StartsWith("imported ", await data.OutputAsync("hostkey", "import", old), StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(data.Combine("hostkeys", $"ssh_host_{type}_key.replaced")));
        Assert.All(Directory.GetFiles(data.Combine("hostkeys")), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        await using var server = await RunningServer.StartAsync(data, "--set", "Ssh:Policy=compat");
        var line = (await File.ReadAllTextAsync(old + ".pub")).Split(' ');
        await File.WriteAllTextAsync(data.Beside("known_hosts"), $"[127.0.0.1]:{server.Port} {line[0]} {line[1]}\n");
        await File.WriteAllTextAsync(data.Beside("batch"), "ls /\n");
        await Tool.RequireAsync("sftp", "-F", "none", "-b", data.Beside("batch"), "-P", $"{server.Port}", "-i", data.KeyFile, "-o", "IdentitiesOnly=yes",
            "-o", "StrictHostKeyChecking=yes", "-o", $"UserKnownHostsFile={data.Beside("known_hosts")}", "-o", "HostKeyAlgorithms=" + Algorithms(line[0]), "10020@127.0.0.1");
        Assert.Equal("SHA256:", (await data.AuditAsync("hostkey-imported")).GetProperty("subject").GetString()![..7]);
    }

    [Fact]
    public async Task A_key_with_a_passphrase_is_refused_with_what_to_do()
    {
        using var data = await template.CopyAsync();
        var key = data.Beside("encrypted");
        await Tool.RequireAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", key);
        Assert.Contains("passphrase", await data.RefusedAsync(1, "hostkey", "import", key), StringComparison.Ordinal);
        Assert.False(File.Exists(data.Combine("hostkeys", "ssh_host_ed25519_key.replaced")));
    }

    [Fact]
    public async Task Public_keys_and_types_that_no_policy_offers_are_refused()
    {
        using var data = await template.CopyAsync();
        Assert.Contains(".pub", await data.RefusedAsync(1, "hostkey", "import", data.KeyFile + ".pub"), StringComparison.Ordinal);
        var key = await data.MakeKeyAsync("p384", "-t", "ecdsa", "-b", "384");
        Assert.Contains("import an Ed25519, RSA or ECDSA P-256 key", await data.RefusedAsync(1, "hostkey", "import", key), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Known_hosts_lines_are_accepted_by_ssh_with_strict_checking()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data);
        await File.WriteAllTextAsync(
            data.Beside("known_hosts"), await data.OutputAsync("hostkey", "show", "--known-hosts", "--set", $"Ssh:Listen=127.0.0.1:{server.Port}"));
        var outcome = await ExternalProcess.RunAsync("ssh",
            ["-F", "none", "-p", $"{server.Port}", "-i", data.KeyFile, "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=yes",
                "-o", $"UserKnownHostsFile={data.Beside("known_hosts")}", "-s", "10020@127.0.0.1", "sftp"], input: "");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
    }

    private static string PublicHalf(Data data, string line)
    {
        var file = data.Beside("host.pub");
        File.WriteAllText(file, line + " host\n");
        return file;
    }

    private static string Algorithms(string type) => type == "ssh-rsa" ? "rsa-sha2-512,rsa-sha2-256" : type;
}
