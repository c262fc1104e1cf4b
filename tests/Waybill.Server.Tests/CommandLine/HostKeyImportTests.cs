using System.Text.Json;
using Waybill.Server.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Server.Tests.CommandLine;

/// <summary>The host key of an older server taken over: its customers' programs, which know that key alone and choose the type themselves.</summary>
public sealed class HostKeyImportTests(Template template)
{
    private const string Paramiko = """
        import paramiko, sys
        host, port, key, known = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
        client = paramiko.SSHClient()
        client.load_host_keys(known)
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        client.connect(host, port, "10020", pkey=paramiko.Ed25519Key.from_private_key_file(key), allow_agent=False, look_for_keys=False, timeout=50, banner_timeout=50, auth_timeout=50)
        client.open_sftp().listdir("/")
        client.close()
        """;

    [Theory]
    [InlineData("modern", "ed25519", "-t", "ed25519")]
    [InlineData("modern", "rsa", "-t", "rsa", "-b", "2048")]
    [InlineData("modern", "rsa", "-t", "rsa", "-b", "2048", "-m", "PEM")]
    [InlineData("compat", "rsa", "-t", "rsa", "-b", "3072", "-m", "PKCS8")]
    [InlineData("compat", "ecdsa", "-t", "ecdsa", "-b", "256", "-m", "PEM")]
    public async Task Customers_who_pinned_the_old_servers_key_connect_unchanged_after_its_import(string policy, string type, params string[] options)
    {
        using var data = await template.CopyAsync();
        string[] set = ["--set", "Ssh:Policy=" + policy];
        var old = await data.MakeKeyAsync("old_host_key", options);
        string[] types = ["ed25519", "rsa", "ecdsa"];
        var before = await Task.WhenAll(types.Select(name => File.ReadAllBytesAsync(data.Combine("hostkeys", $"ssh_host_{name}_key"))));
        var output = await data.OutputAsync(["hostkey", "import", old, .. set]);
        Assert.StartsWith("imported ", output, StringComparison.Ordinal);
        Assert.Contains("set aside, since init made them and nobody has logged in yet", output, StringComparison.Ordinal);
        Assert.DoesNotContain("offered too", output, StringComparison.Ordinal);
        for (var index = 0; index < types.Length; index++)
        {
            Assert.Equal(before[index], await File.ReadAllBytesAsync(data.Combine("hostkeys", $"ssh_host_{types[index]}_key.replaced")));
            Assert.Equal(types[index] == type, File.Exists(data.Combine("hostkeys", $"ssh_host_{types[index]}_key")) || File.Exists(data.Combine("hostkeys", $"ssh_host_{types[index]}_key-2")));
        }

        Assert.All(Directory.GetFiles(data.Combine("hostkeys")), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        Assert.Equal(Line(old), (await KeysInUseAsync(data)).Single().GetProperty("openSshLine").GetString());
        Assert.Contains("nobody had logged in", (await data.AuditAsync("hostkey-retired")).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("SHA256:", (await data.AuditAsync("hostkey-imported")).GetProperty("subject").GetString()![..7]);
        Assert.DoesNotContain("no listener offers", await data.OutputAsync(["doctor", .. set]), StringComparison.Ordinal);

        await using var server = await RunningServer.StartAsync(data, set);
        await PinAsync(data, server, old);
        foreach (var client in (Func<Data, RunningServer, string, Task<ProcessOutcome>>[])[OpenSshAsync, PsftpAsync, ParamikoAsync])
        {
            var outcome = await client(data, server, old);
            Assert.True(outcome.ExitCode == 0, outcome.ToString());
        }
    }

    [Fact]
    public async Task Further_keys_of_the_old_server_are_added_behind_the_first_beside_a_running_server()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data);
        var rsa = await data.MakeKeyAsync("old_rsa", "-t", "rsa", "-b", "2048");
        var ed25519 = await data.MakeKeyAsync("old_ed25519");
        var first = await data.JsonAsync("hostkey", "import", rsa);
        Assert.Equal(["ssh-ed25519", "ecdsa-sha2-nistp256"], first.GetProperty("setAside").EnumerateArray().Select(key => key.GetProperty("type").GetString()));
        await PinAsync(data, server, rsa);
        var outcome = await ParamikoAsync(data, server, rsa);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());

        // A login has happened now; both are the old server's, so nothing is said of them.
        await data.AuditAsync("login");
        var second = await data.OutputAsync("hostkey", "import", ed25519);
        Assert.Contains("it is used from now on", second, StringComparison.Ordinal);
        Assert.DoesNotContain("offered too", second, StringComparison.Ordinal);
        Assert.Equal([Line(rsa), Line(ed25519)], (await KeysInUseAsync(data)).Select(key => key.GetProperty("openSshLine").GetString()));
        await PinAsync(data, server, ed25519);
        outcome = await ParamikoAsync(data, server, ed25519);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
    }

    [Fact]
    public async Task After_a_login_the_others_stay_and_the_import_says_what_that_means_and_the_way_out_that_works()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data);
        using var customer = data.LoadKey();
        await using var session = await server.LogInAsync(customer);
        await data.AuditAsync("login");
        var rsa = await data.MakeKeyAsync("old_rsa", "-t", "rsa", "-b", "2048");
        var generated = (await KeysInUseAsync(data)).First(key => key.GetProperty("type").GetString() == "ssh-ed25519").GetProperty("sha256").GetString()!;
        var output = await data.OutputAsync("hostkey", "import", rsa);
        Assert.DoesNotContain("set aside", output, StringComparison.Ordinal);
        Assert.Contains($"offered too: 256 {generated} (ssh-ed25519)\n", output, StringComparison.Ordinal);
        Assert.Contains("customers have logged in here already", output, StringComparison.Ordinal);
        Assert.Contains($"hostkey retire {generated} --yes", output, StringComparison.Ordinal);

        // What was said is so: these two choose Ed25519 and refuse, and OpenSSH, which asks for the type that it knows, does not.
        await PinAsync(data, server, rsa);
        Assert.Contains("BadHostKeyException", (await ParamikoAsync(data, server, rsa)).ErrorOutput, StringComparison.Ordinal);
        Assert.NotEqual(0, (await PsftpAsync(data, server, rsa)).ExitCode);
        Assert.Equal(0, (await OpenSshAsync(data, server, rsa)).ExitCode);
        await data.SetUpAsync("hostkey", "retire", generated, "--yes");
        foreach (var outcome in (ProcessOutcome[])[await ParamikoAsync(data, server, rsa), await PsftpAsync(data, server, rsa)])
        {
            Assert.True(outcome.ExitCode == 0, outcome.ToString());
        }
    }

    [Fact]
    public async Task Generated_keys_stay_if_asked_for_and_one_that_was_set_aside_can_be_taken_back()
    {
        using var data = await template.CopyAsync();
        var rsa = await data.MakeKeyAsync("old_rsa", "-t", "rsa", "-b", "2048");
        var generated = (await KeysInUseAsync(data))[0].GetProperty("sha256").GetString()!;
        var kept = await data.OutputAsync("hostkey", "import", rsa, "--keep-generated");
        Assert.Contains("They stay as you asked", kept, StringComparison.Ordinal);
        Assert.Equal(["ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256"], (await KeysInUseAsync(data)).Select(key => key.GetProperty("type").GetString()));

        // Given again without it, the same command sets them aside.
        Assert.Contains(generated, await data.OutputAsync("hostkey", "import", rsa), StringComparison.Ordinal);
        Assert.Equal(Line(rsa), Assert.Single(await KeysInUseAsync(data)).GetProperty("openSshLine").GetString());
        await data.SetUpAsync("hostkey", "import", data.Combine("hostkeys", "ssh_host_ed25519_key.replaced"));
        Assert.Contains(generated, (await KeysInUseAsync(data)).Select(key => key.GetProperty("sha256").GetString()));
    }

    [Fact]
    public async Task A_key_that_a_customer_was_told_of_by_add_is_never_set_aside()
    {
        using var data = await template.CopyAsync();
        var added = (await data.JsonAsync("hostkey", "add")).GetProperty("sha256").GetString()!;
        await data.SetUpAsync("hostkey", "announce");
        await data.SetUpAsync("hostkey", "use", added, "--yes");
        var output = await data.OutputAsync("hostkey", "import", await data.MakeKeyAsync("old_rsa", "-t", "rsa", "-b", "2048"));
        Assert.Contains($"If no customer knows them: ./waybill hostkey retire {added} --yes", output, StringComparison.Ordinal);
        Assert.Equal(["ssh-ed25519", "ssh-rsa"], (await KeysInUseAsync(data)).Select(key => key.GetProperty("type").GetString()).Order());
    }

    [Fact]
    public async Task An_ECDSA_key_that_no_listener_offers_is_said_by_the_import_and_by_doctor()
    {
        using var data = await template.CopyAsync();
        Assert.DoesNotContain("no listener offers", await data.OutputAsync("doctor"), StringComparison.Ordinal);
        var ecdsa = await data.MakeKeyAsync("old_ecdsa", "-t", "ecdsa", "-b", "256");
        var output = await data.OutputAsync("hostkey", "import", ecdsa);
        Assert.Contains("but no listener offers keys of this type; set Ssh:Policy=compat, or Ssh:ListenCompat=ADDRESS:PORT", output, StringComparison.Ordinal);
        Assert.DoesNotContain("it is used", output, StringComparison.Ordinal);

        // Without the others the server could not start.
        Assert.DoesNotContain("set aside", output, StringComparison.Ordinal);
        Assert.Contains("import the older server's Ed25519 or RSA key too", output, StringComparison.Ordinal);
        Assert.Matches(@"warning  host keys: no listener offers SHA256:\S+ \(ecdsa-sha2-nistp256\), which was imported; set Ssh:Policy=compat", await data.OutputAsync("doctor"));
        foreach (var set in (string[])["Ssh:Policy=compat", "Ssh:ListenCompat=127.0.0.1:2200"])
        {
            Assert.DoesNotContain("no listener offers", await data.OutputAsync("doctor", "--set", set), StringComparison.Ordinal);
            Assert.True((await data.JsonAsync("hostkey", "import", ecdsa, "--keep-generated", "--set", set)).GetProperty("isOffered").GetBoolean());
        }

        // The advice followed: only keys of the older server are left.
        await data.SetUpAsync("hostkey", "import", await data.MakeKeyAsync("old_rsa", "-t", "rsa", "-b", "2048"));
        Assert.Equal(["ecdsa-sha2-nistp256", "ssh-rsa"], (await KeysInUseAsync(data)).Select(key => key.GetProperty("type").GetString()).Order());
    }

    private static string Line(string keyFile) => string.Join(' ', File.ReadAllText(keyFile + ".pub").Split(' ')[..2]);

    private static async Task<List<JsonElement>> KeysInUseAsync(Data data) =>
        [.. (await data.JsonAsync("hostkey", "show")).EnumerateArray().Where(key => key.GetProperty("state").GetString() == "inUse")];

    /// <summary>A customer's known_hosts, which holds one key.</summary>
    private static Task PinAsync(Data data, RunningServer server, string hostKey) =>
        File.WriteAllTextAsync(data.Beside("known_hosts"), $"[127.0.0.1]:{server.Port} {Line(hostKey)}\n");

    private static async Task<ProcessOutcome> OpenSshAsync(Data data, RunningServer server, string _)
    {
        await File.WriteAllTextAsync(data.Beside("batch"), "ls /\n");
        return await ExternalProcess.RunAsync("sftp",
            ["-F", "none", "-b", data.Beside("batch"), "-P", $"{server.Port}", "-i", data.KeyFile, "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=yes",
                "-o", $"UserKnownHostsFile={data.Beside("known_hosts")}", "-o", "GlobalKnownHostsFile=/dev/null", "10020@127.0.0.1"]);
    }

    private static async Task<ProcessOutcome> PsftpAsync(Data data, RunningServer server, string hostKey)
    {
        var ppk = data.Beside("customer.ppk");
        await Tool.RequireAsync("puttygen", data.KeyFile, "-O", "private", "-o", ppk);
        await File.WriteAllTextAsync(data.Beside("psftp-batch"), "ls /\nquit\n");
        var fingerprint = (await Tool.RequireAsync("ssh-keygen", "-l", "-f", hostKey + ".pub")).Split(' ')[1];
        return await ExternalProcess.RunAsync("psftp",
            ["-batch", "-noagent", "-hostkey", fingerprint, "-i", ppk, "-P", $"{server.Port}", "-b", data.Beside("psftp-batch"), "10020@127.0.0.1"],
            environment: new Dictionary<string, string?> { ["HOME"] = data.Root });
    }

    /// <summary>Debian's own Python, where its paramiko is.</summary>
    private static Task<ProcessOutcome> ParamikoAsync(Data data, RunningServer server, string _) =>
        ExternalProcess.RunAsync("/usr/bin/python3", ["-c", Paramiko, "127.0.0.1", $"{server.Port}", data.KeyFile, data.Beside("known_hosts")]);
}
