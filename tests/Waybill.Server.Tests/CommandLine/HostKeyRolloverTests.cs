using System.Text.Json;
using System.Text.Json.Nodes;
using Waybill.Server.Tests.Support;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;
using Waybill.TestKit.Ssh;

namespace Waybill.Server.Tests.CommandLine;

/// <summary>From one host key to the next, beside a running server, as OpenSSH's users live through it.</summary>
public sealed class HostKeyRolloverTests(Template template)
{
    [Fact]
    public async Task OpenSSH_learns_the_next_key_and_connects_without_a_question_when_it_is_used_and_when_the_old_one_is_gone()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data);
        var before = await KeyAsync(data, "ssh-ed25519", "inUse");
        await File.WriteAllTextAsync(data.Beside("known_hosts"), $"[127.0.0.1]:{server.Port} {Line(before)}\n");

        // Added: nobody hears of it. The session meanwhile stays to the end of the test.
        using var customer = data.LoadKey();
        await using var session = await server.LogInAsync(customer);
        var next = await data.JsonAsync("hostkey", "add", "--type", "ed25519");
        Assert.Equal("prepared", next.GetProperty("state").GetString());
        await ListAsync(data, server);
        Assert.DoesNotContain(Line(next), await KnownHostsAsync(data), StringComparison.Ordinal);
        Assert.DoesNotContain(Line(next), await data.OutputAsync("hostkey", "show", "--known-hosts"), StringComparison.Ordinal);

        // Announced: OpenSSH learns it, the key exchange still has the old one.
        Assert.Contains("announced from now on", await data.OutputAsync("hostkey", "announce"), StringComparison.Ordinal);
        Assert.Contains(Line(next), await data.OutputAsync("hostkey", "show", "--known-hosts"), StringComparison.Ordinal);
        Assert.Equal(Line(before), await ShownAsync(server));
        await ListAsync(data, server);
        Assert.Contains(Line(next), await KnownHostsAsync(data), StringComparison.Ordinal);

        // Too early for those who did not connect since; not for this test.
        Assert.Contains("announced for 0 days only", await data.RefusedAsync(1, "hostkey", "use", Sha256(next)), StringComparison.Ordinal);
        Assert.Contains("from now on", await data.OutputAsync("hostkey", "use", Sha256(next), "--yes"), StringComparison.Ordinal);
        Assert.Equal(Line(next), await ShownAsync(server));
        await ListAsync(data, server);
        Assert.Contains(Line(before), await KnownHostsAsync(data), StringComparison.Ordinal);
        Assert.Equal("previous", (await KeyAsync(data, before)).GetProperty("state").GetString());

        // Retired: OpenSSH forgets it, and its private half is gone from the disk.
        await data.SetUpAsync("hostkey", "retire", Sha256(before));
        await ListAsync(data, server);
        Assert.DoesNotContain(Line(before), await KnownHostsAsync(data), StringComparison.Ordinal);
        Assert.False(File.Exists(data.Combine("hostkeys", "ssh_host_ed25519_key")));
        Assert.Equal("retired", (await KeyAsync(data, before)).GetProperty("state").GetString());
        Assert.Equal(Sha256(before), (await data.AuditAsync("hostkey-retired")).GetProperty("subject").GetString());
        foreach (var action in (string[])["hostkey-added", "hostkey-announced", "hostkey-used"])
        {
            Assert.Equal(Sha256(next), (await data.AuditAsync(action)).GetProperty("subject").GetString());
        }

        // The session of the beginning: still there, and its next key exchange has the key that it began with.
        await session.RekeyAsync();
        Assert.Equal(Sha256(before), KeyFingerprint.Sha256(session.HostKey!.Blob.Span));
        await RunningServer.OpenSftpAsync(session);
        Assert.Equal(0, (await server.StopAsync()).ExitCode);

        await using var again = await RunningServer.StartAsync(data);
        Assert.Equal(Line(next), await ShownAsync(again));
    }

    [Fact]
    public async Task Retiring_a_key_in_use_lets_the_announced_one_of_its_type_take_its_place_at_its_place_in_the_order()
    {
        using var data = await template.CopyAsync();
        var before = await KeyAsync(data, "ssh-ed25519", "inUse");
        var next = await data.JsonAsync("hostkey", "add");
        await data.SetUpAsync("hostkey", "announce", Sha256(next));
        Assert.Contains("announced for 0 days only", await data.RefusedAsync(1, "hostkey", "retire", Sha256(before)), StringComparison.Ordinal);
        await AnnouncedDaysAgoAsync(data, Sha256(next), 15);
        var outcome = await data.JsonAsync("hostkey", "retire", Sha256(before));
        Assert.Equal(Sha256(next), Sha256(outcome.GetProperty("inUse")));
        var keys = (await data.JsonAsync("hostkey", "show")).EnumerateArray().ToList();
        Assert.Equal(
            ["ssh-ed25519 inUse", "ssh-rsa inUse", "ecdsa-sha2-nistp256 inUse", "ssh-ed25519 retired"],
            keys.Select(key => $"{key.GetProperty("type")} {key.GetProperty("state")}"));
        Assert.Equal(Sha256(next), Sha256(keys[0]));
    }

    [Fact]
    public async Task The_last_key_of_a_type_goes_only_with_yes_and_the_last_that_every_policy_can_use_never()
    {
        using var data = await template.CopyAsync();
        var rsa = await KeyAsync(data, "ssh-rsa", "inUse");
        var ed25519 = await KeyAsync(data, "ssh-ed25519", "inUse");
        Assert.Contains("nothing takes its place", await data.RefusedAsync(1, "hostkey", "retire", Sha256(rsa)), StringComparison.Ordinal);
        Assert.True(File.Exists(data.Combine("hostkeys", "ssh_host_rsa_key")));
        await data.SetUpAsync("hostkey", "retire", Sha256(rsa), "--yes");
        Assert.False(File.Exists(data.Combine("hostkeys", "ssh_host_rsa_key")));
        Assert.Contains("every policy can use", await data.RefusedAsync(1, "hostkey", "retire", Sha256(ed25519), "--yes"), StringComparison.Ordinal);
        await using var server = await RunningServer.StartAsync(data);
        Assert.Equal(Line(ed25519), await ShownAsync(server));
    }

    [Fact]
    public async Task Steps_out_of_order_and_unknown_keys_are_refused_with_what_to_do()
    {
        using var data = await template.CopyAsync();
        var used = Sha256(await KeyAsync(data, "ssh-ed25519", "inUse"));
        Assert.Contains("./waybill hostkey add", await data.RefusedAsync(1, "hostkey", "announce"), StringComparison.Ordinal);
        Assert.Contains("there is no host key SHA256:x", await data.RefusedAsync(1, "hostkey", "retire", "SHA256:x"), StringComparison.Ordinal);
        Assert.Contains("is in use", await data.RefusedAsync(1, "hostkey", "use", used), StringComparison.Ordinal);
        Assert.Contains("exclude each other", await data.RefusedAsync(2, "hostkey", "add", "--type", "rsa", "--from", "x"), StringComparison.Ordinal);
        Assert.Contains("one of ed25519, rsa, ecdsa", await data.RefusedAsync(2, "hostkey", "add", "--type", "dsa"), StringComparison.Ordinal);
        var next = await data.JsonAsync("hostkey", "add", "--type", "rsa");
        Assert.Equal(3072, next.GetProperty("bits").GetInt32());
        Assert.Contains("never announced", await data.RefusedAsync(1, "hostkey", "use", Sha256(next)), StringComparison.Ordinal);
        await data.SetUpAsync("hostkey", "retire", next.GetProperty("md5").GetString()!);
        Assert.Contains("is retired", await data.RefusedAsync(1, "hostkey", "announce", Sha256(next)), StringComparison.Ordinal);
        Assert.Contains("retired already", await data.RefusedAsync(1, "hostkey", "retire", Sha256(next)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task There_is_a_limit_of_host_keys_that_are_not_retired()
    {
        using var data = await template.CopyAsync();
        for (var count = 3; count < Server.HostKeys.HostKeyRollover.MaximumKeys; count++)
        {
            await data.SetUpAsync("hostkey", "add");
        }

        Assert.Contains("there are 12 host keys; retire one first", await data.RefusedAsync(1, "hostkey", "add"), StringComparison.Ordinal);
        var files = Directory.GetFiles(data.Combine("hostkeys"));
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        await data.SetUpAsync("hostkey", "announce");
        await using var server = await RunningServer.StartAsync(data, "--set", "Ssh:Policy=compat");
        using var customer = data.LoadKey();
        await using var session = await server.LogInAsync(customer);
        await RunningServer.OpenSftpAsync(session);
        Assert.Single(session.GlobalRequests);
    }

    [Fact]
    public async Task Another_node_takes_the_same_key()
    {
        using var data = await template.CopyAsync();
        using var other = await template.CopyAsync();
        var added = await data.JsonAsync("hostkey", "add");
        var taken = await other.JsonAsync("hostkey", "add", "--from", data.Combine("hostkeys", "ssh_host_ed25519_key-2"));
        Assert.Equal(Sha256(added), Sha256(taken));
        Assert.Contains("is there", await other.RefusedAsync(1, "hostkey", "add", "--from", data.Combine("hostkeys", "ssh_host_ed25519_key-2")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_without_the_list_and_one_with_a_strange_or_missing_file_say_so()
    {
        using var data = await template.CopyAsync();
        var before = await data.OutputAsync("hostkey", "show", "--known-hosts");
        var list = data.Combine("hostkeys", "hostkeys.json");
        var content = await File.ReadAllTextAsync(list);
        File.Delete(list);
        Assert.Equal(before, await data.OutputAsync("hostkey", "show", "--known-hosts"));

        await File.WriteAllTextAsync(list, content);
        File.Copy(data.KeyFile, data.Combine("hostkeys", "ssh_host_ed25519_key"), overwrite: true);
        Assert.Contains("which customers know", await data.RefusedAsync(1, "serve", "--set", "Ssh:Listen=127.0.0.1:0"), StringComparison.Ordinal);
        File.Delete(data.Combine("hostkeys", "ssh_host_ed25519_key"));
        Assert.Contains("is missing", await data.RefusedAsync(1, "serve", "--set", "Ssh:Listen=127.0.0.1:0"), StringComparison.Ordinal);
        await File.WriteAllTextAsync(list, "{ broken");
        Assert.Contains("is damaged", await data.RefusedAsync(1, "hostkey", "show"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_of_policy_that_changes_the_types_of_host_keys_is_warned_of_before_at_and_after_the_start()
    {
        using var data = await template.CopyAsync();
        var port = Ports.Free();
        string listen = $"Ssh:Listen=127.0.0.1:{port}";
        await using (var modern = await RunningServer.StartAsync(data, "--set", listen))
        {
            Assert.DoesNotContain("host key types", await data.OutputAsync("doctor", "--set", listen), StringComparison.Ordinal);
            Assert.Equal(0, (await modern.StopAsync()).ExitCode);
        }

        Assert.Contains(
            $"warning  host key types: from its next start port {port} offers host keys ssh-ed25519,rsa-sha2-512,rsa-sha2-256,ecdsa-sha2-nistp256 instead of ssh-ed25519,rsa-sha2-512,rsa-sha2-256",
            await data.OutputAsync("doctor", "--set", listen, "--set", "Ssh:Policy=compat"), StringComparison.Ordinal);
        await using (var compat = await RunningServer.StartAsync(data, "--set", listen, "--set", "Ssh:Policy=compat"))
        {
            Assert.Contains("clients that pinned one key", compat.Logs, StringComparison.Ordinal);
            Assert.Equal($"{port}", (await data.AuditAsync("hostkey-offer-changed")).GetProperty("subject").GetString());
            Assert.Contains($"port {port} offers", await data.OutputAsync("doctor", "--set", listen, "--set", "Ssh:Policy=compat"), StringComparison.Ordinal);
        }

        // What stands first is said, too.
        await data.SetUpAsync("hostkey", "retire", Sha256(await KeyAsync(data, "ssh-ed25519", "inUse")), "--yes");
        Assert.Contains("rsa-sha2-512 comes first instead of ssh-ed25519", await data.OutputAsync("doctor", "--set", listen, "--set", "Ssh:Policy=compat"), StringComparison.Ordinal);
    }

    private static string Sha256(JsonElement key) => key.GetProperty("sha256").GetString()!;

    private static string Line(JsonElement key) => key.GetProperty("openSshLine").GetString()!;

    private static async Task<JsonElement> KeyAsync(Data data, string type, string state) => (await data.JsonAsync("hostkey", "show")).EnumerateArray()
        .Single(key => key.GetProperty("type").GetString() == type && key.GetProperty("state").GetString() == state);

    private static async Task<JsonElement> KeyAsync(Data data, JsonElement key) =>
        (await data.JsonAsync("hostkey", "show")).EnumerateArray().Single(each => Sha256(each) == Sha256(key));

    /// <summary>The key that a client sees who offers Ed25519 alone.</summary>
    private static async Task<string> ShownAsync(RunningServer server)
    {
        await using var client = await RawSshClient.ConnectAsync(server.Port);
        await client.HandshakeAsync(new RawKexInit { HostKey = ["ssh-ed25519"] });
        return HostKeyNotation.OpenSshLine(client.HostKey!);
    }

    private static Task<string> KnownHostsAsync(Data data) => File.ReadAllTextAsync(data.Beside("known_hosts"));

    /// <summary>OpenSSH's client, strict about host keys and ready to learn; whatever it would have to ask is a failure.</summary>
    private static async Task ListAsync(Data data, RunningServer server)
    {
        await File.WriteAllTextAsync(data.Beside("batch"), "ls /\n");
        await Tool.RequireAsync("sftp", "-F", "none", "-b", data.Beside("batch"), "-P", $"{server.Port}", "-i", data.KeyFile, "-o", "IdentitiesOnly=yes",
            "-o", "StrictHostKeyChecking=yes", "-o", "UpdateHostKeys=yes", "-o", $"UserKnownHostsFile={data.Beside("known_hosts")}",
            "-o", "GlobalKnownHostsFile=/dev/null", "10020@127.0.0.1");
    }

    /// <summary>As if the days had passed.</summary>
    private static async Task AnnouncedDaysAgoAsync(Data data, string sha256, int days)
    {
        var file = data.Combine("hostkeys", "hostkeys.json");
        var list = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        foreach (var key in list["keys"]!.AsArray())
        {
            var blob = Convert.FromBase64String(key!["publicKey"]!.GetValue<string>().Split(' ')[1]);
            if (KeyFingerprint.Sha256(blob) == sha256)
            {
                key["announced"] = TimeProvider.System.GetUtcNow().AddDays(-days);
            }
        }

        await File.WriteAllTextAsync(file, list.ToJsonString());
    }
}
