using Waybill.Ssh.Hosting;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;

namespace Waybill.Ssh.Tests.Hosting;

/// <summary>OpenSSH's own client against the connection behind Kestrel.</summary>
public sealed class OpenSshTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static TheoryData<string, string> Algorithms => new()
    {
        { "curve25519-sha256", "aes256-gcm@openssh.com" },
        { "curve25519-sha256@libssh.org", "aes128-gcm@openssh.com" },
        { "diffie-hellman-group16-sha512", "chacha20-poly1305@openssh.com" },
        { "curve25519-sha256", "aes256-ctr" },
        { "curve25519-sha256", "aes192-ctr" },
        { "curve25519-sha256", "aes128-ctr" },
    };

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task An_echo_subsystem_returns_what_ssh_sends(string method, string cipher)
    {
        using var hostKey = SshPrivateKeys.GenerateEd25519();
        await using var server = await LoopbackServer.StartAsync(hostKey);
        using var folder = new TemporaryDirectory();
        var input = Convert.ToHexString(new SeededRandom(7).Bytes(200_000));

        var outcome = await SshAsync(folder, server, input, $"KexAlgorithms={method}", $"Ciphers={cipher}");

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(input, outcome.Output);
        var report = await server.Application.Report;
        Assert.Equal(SshEndReason.ClientClosed, report.Reason);
        Assert.True(report.LoggedIn);
        Assert.Contains(cipher, report.Connection.Algorithms, StringComparison.Ordinal);
        Assert.StartsWith("OpenSSH_", report.Connection.ClientSoftware, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("aes256-gcm@openssh.com")]
    [InlineData("chacha20-poly1305@openssh.com")]
    [InlineData("aes128-ctr")]
    public async Task Rekeys_of_both_sides_lose_nothing(string cipher)
    {
        using var hostKey = SshPrivateKeys.GenerateEd25519();
        await using var server = await LoopbackServer.StartAsync(
            hostKey, options => options with { Limits = new SshLimits { RekeyBytes = 150_000 } });
        using var folder = new TemporaryDirectory();
        var input = Convert.ToHexString(new SeededRandom(8).Bytes(1_000_000));

        var outcome = await SshAsync(folder, server, input, $"Ciphers={cipher}", "RekeyLimit=200K", "LogLevel=DEBUG1");

        Assert.True(outcome.ExitCode == 0, outcome.ErrorOutput);
        Assert.Equal(input, outcome.Output);
        var exchanges = outcome.ErrorOutput.Split("SSH2_MSG_NEWKEYS received").Length - 1;
        Assert.True(exchanges >= 10, $"{exchanges} key exchanges");
    }

    private static async Task<ProcessOutcome> SshAsync(TemporaryDirectory folder, LoopbackServer server, string input, params string[] options)
    {
        var key = folder.Combine("id_ed25519");
        var made = await ExternalProcess.RunAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key], timeout: Patience);
        Assert.Equal(0, made.ExitCode);
        server.Application.AcceptedBlob = Convert.FromBase64String((await File.ReadAllTextAsync(key + ".pub")).Split(' ')[1]);
        string[] arguments =
        [
            "-F", "none", "-T", "-i", key, "-p", $"{server.Port}", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no",
            "-o", $"UserKnownHostsFile={folder.Combine("known_hosts")}", .. options.SelectMany(option => new[] { "-o", option }),
            "-s", $"{TestApplication.User}@127.0.0.1", EchoProgram.Name,
        ];
        return await ExternalProcess.RunAsync("ssh", arguments, input, Patience);
    }
}
