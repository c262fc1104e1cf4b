using System.Text.RegularExpressions;
using Waybill.Server.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Server.Tests.CommandLine;

/// <summary>Host keys in every notation, beside what OpenSSH says of them; and which files are no host keys.</summary>
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

    [Theory]
    [InlineData("*:22", "0.0.0.0:22")]
    [InlineData("""["[::]:2222"]""", "[::]:2222")]
    public async Task A_server_on_every_address_has_no_known_hosts_line_or_DNS_record_until_it_has_a_name(string listen, string shown)
    {
        using var data = await template.CopyAsync();
        foreach (var form in (string[])["--known-hosts", "--sshfp"])
        {
            var refusal = await data.RefusedAsync(1, "hostkey", "show", form, "--set", "Ssh:Listen=" + listen);
            Assert.Contains($"listens on every address ({shown})", refusal, StringComparison.Ordinal);
            Assert.Contains("set Ssh:Public", refusal, StringComparison.Ordinal);
        }

        Assert.Contains("ssh-ed25519: in use", await data.OutputAsync("hostkey", "show", "--set", "Ssh:Listen=" + listen), StringComparison.Ordinal);
        var named = await data.OutputAsync("hostkey", "show", "--known-hosts", "--set", "Ssh:Listen=" + listen, "--set", """Ssh:Public=[{"Host":"sftp.example.com","Port":22}]""");
        Assert.StartsWith("sftp.example.com ssh-ed25519 ", named, StringComparison.Ordinal);
    }

    private static string PublicHalf(Data data, string line)
    {
        var file = data.Beside("host.pub");
        File.WriteAllText(file, line + " host\n");
        return file;
    }
}
