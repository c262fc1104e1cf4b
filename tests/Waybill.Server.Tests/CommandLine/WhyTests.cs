using System.Text.Json;
using Waybill.Server.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Server.Tests.CommandLine;

/// <summary>Support staff ask why a customer cannot connect, and mend it.</summary>
public sealed class WhyTests(Template template)
{
    [Fact]
    public async Task The_key_that_a_customer_offered_is_found_by_name_address_and_reference_and_installed()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data);
        var key = data.Beside("new-key");
        await Tool.RequireAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key);
        var fingerprint = (await Tool.RequireAsync("ssh-keygen", "-l", "-f", key + ".pub")).Split(' ')[1];
        Assert.NotEqual(0, await ConnectAsync());
        var words = await data.DetailAsync("not installed for `10020`");
        Assert.Contains(fingerprint, words, StringComparison.Ordinal);

        var found = await data.JsonAsync("why", "10020");
        var reference = found.GetProperty("refused")[0].GetProperty("reference").GetString()!;
        Assert.Equal(fingerprint, found.GetProperty("offered")[0].GetProperty("sha256").GetString());
        Assert.Equal("10020", (await data.JsonAsync("why", reference)).GetProperty("userName").GetString());
        Assert.Contains("not installed", (await data.JsonAsync("why", "127.0.0.1")).GetProperty("refused")[0].GetProperty("words").GetString(), StringComparison.Ordinal);

        var text = await data.OutputAsync("why", "10020");
        Assert.Contains($"key add 10020 --offered {fingerprint}", text, StringComparison.Ordinal);
        Assert.Contains("Compare the fingerprint", text, StringComparison.Ordinal);
        Assert.Contains($"[{reference}]", text, StringComparison.Ordinal);

        Assert.StartsWith("installed: 256 " + fingerprint, await data.OutputAsync("key", "add", "10020", "--offered", fingerprint), StringComparison.Ordinal);
        Assert.Equal(0, await ConnectAsync());
        Assert.Empty((await data.JsonAsync("why", "10020")).GetProperty("offered").EnumerateArray());
        await data.RefusedAsync(1, "key", "add", "10020", "--offered", fingerprint);

        async Task<int> ConnectAsync() => (await ExternalProcess.RunAsync("sftp",
            [
                "-F", "/dev/null", "-q", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes",
                "-o", "IdentityAgent=none", "-i", key, "-P", $"{server.Port}", "-b", "/dev/null", $"{Template.User}@127.0.0.1",
            ])).ExitCode;
    }

    [Fact]
    public async Task A_login_that_comes_from_elsewhere_is_allowed_by_the_command_that_is_shown()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data);
        Assert.Equal("10020", (await data.JsonAsync("login", "allow", "10020", "--from", "192.0.2.0/24")).GetProperty("userName").GetString());
        Assert.NotEqual(0, await ConnectAsync());
        await data.DetailAsync("may not come from this address");
        var findings = (await data.JsonAsync("why", "10020")).GetProperty("findings");
        var command = findings[0].GetProperty("command").GetString()!;
        Assert.StartsWith("./waybill login allow 10020 --from 192.0.2.0/24 --from 127.0.0.1 --data ", command, StringComparison.Ordinal);
        await data.OutputAsync(command.Split(' ')[1..^2]);
        Assert.Equal(0, await ConnectAsync());
        Assert.Contains("anywhere", await data.OutputAsync("login", "allow", "10020", "--anywhere"), StringComparison.Ordinal);

        async Task<int> ConnectAsync() => (await ExternalProcess.RunAsync("sftp",
            [
                "-F", "/dev/null", "-q", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes",
                "-o", "IdentityAgent=none", "-i", data.KeyFile, "-P", $"{server.Port}", "-b", "/dev/null", $"{Template.User}@127.0.0.1",
            ])).ExitCode;
    }

    [Theory]
    [InlineData(2, "say --from", "login", "allow", "10020")]
    [InlineData(2, "say --from", "login", "allow", "10020", "--anywhere", "--from", "192.0.2.1")]
    [InlineData(1, "no login", "login", "allow", "nobody", "--anywhere")]
    [InlineData(2, "either the FILE", "key", "add", "10020")]
    [InlineData(2, "either the FILE", "key", "add", "10020", "file", "--offered", "SHA256:x")]
    [InlineData(1, "is no login", "why", "nobody")]
    public async Task What_is_not_clear_is_refused(int exitCode, string words, params string[] command)
    {
        using var data = await template.CopyAsync();
        Assert.Contains(words, await data.RefusedAsync(exitCode, command), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_answers_without_a_server_too()
    {
        using var data = await template.CopyAsync();
        Assert.Equal(JsonValueKind.Array, (await data.JsonAsync("why", "10020")).GetProperty("findings").ValueKind);
    }
}
