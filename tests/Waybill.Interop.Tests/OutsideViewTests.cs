using System.Text.RegularExpressions;
using Waybill.TestKit;

namespace Waybill.Interop.Tests;

/// <summary>What auditors' tools and persons at the wrong door see.</summary>
public sealed partial class OutsideViewTests(OutsideViewTests.OwnServer own) : IClassFixture<OutsideViewTests.OwnServer>
{
    private readonly WaybillServer _server = own.Server;

    // ssh-audit 2.5.0 is older than these names; it calls them unknown.
    private static readonly string[] UnknownToSshAudit = ["kex-strict-s-v00@openssh.com", "mlkem768x25519-sha256"];

    // Steered, the server offers AES-GCM alone to ssh-audit, which knows it; unsteered it shows all that it has.
    [Theory]
    [InlineData("true")]
    [InlineData("false", "chacha20-poly1305@openssh.com", "aes128-ctr")]
    public async Task Ssh_audit_finds_nothing_to_fail_or_warn_about_under_the_default_policy(string steering, params string[] alsoOffered)
    {
        await _server.StopAsync();
        await _server.StartWithDefaultLimitsAsync("Ssh:CipherSteering=" + steering);
        var outcome = await ExternalProcess.RunAsync("ssh-audit", ["-n", "-t", "60", "-p", $"{_server.Port}", "127.0.0.1"], timeout: TimeSpan.FromSeconds(120));
        Assert.Contains("ssh-ed25519", outcome.Output, StringComparison.Ordinal);
        Assert.All(alsoOffered.Append("aes256-gcm@openssh.com"), name => Assert.Contains("(enc) " + name, outcome.Output, StringComparison.Ordinal));
        Assert.DoesNotContain("[fail]", outcome.Output, StringComparison.Ordinal);
        var name = "";
        var warnings = new List<string>();
        foreach (var line in outcome.Output.Split('\n'))
        {
            name = AlgorithmLine().Match(line) is { Success: true } match ? match.Groups[1].Value : name;
            if (line.Contains("[warn]", StringComparison.Ordinal)
                && !(UnknownToSshAudit.Contains(name) && line.Contains("unknown algorithm", StringComparison.Ordinal)))
            {
                warnings.Add(line);
            }
        }

        Assert.Empty(warnings);
    }

    [Fact]
    public async Task A_password_is_neither_offered_nor_taken()
    {
        var outcome = await ExternalProcess.RunAsync("ssh",
            ["-F", "none", "-o", "PreferredAuthentications=password", "-o", "StrictHostKeyChecking=yes", "-o", $"UserKnownHostsFile={_server.KnownHosts}",
                "-p", $"{_server.Port}", $"{WaybillServer.User}@127.0.0.1"]);
        Assert.Equal(255, outcome.ExitCode);
        Assert.Contains("Permission denied (publickey).", outcome.ErrorOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Curl_without_encrypt_then_mac_is_refused_under_modern_and_the_audit_says_what_would_let_it_in()
    {
        var outcome = await ExternalProcess.RunAsync("curl",
            ["-q", "--silent", "--show-error", "--insecure", "--user", WaybillServer.User + ":", "--key", _server.Key, "--pubkey", _server.Key + ".pub",
                $"sftp://127.0.0.1:{_server.Port}/upload/"]);
        Assert.NotEqual(0, outcome.ExitCode);

        // The row comes behind the last words to the client.
        await FtpsTests.WaitForAsync(async () => Regex.IsMatch((await _server.CommandAsync("audit", "search", "libssh2")).Output, "libssh2.*policy `compat` would let it in"));
    }

    // A shell and a command get words that say where one is and a failure; what is no program here is refused as such.
    [Theory]
    [InlineData("This server moves files and runs no commands", "")]
    [InlineData("This server moves files and runs no commands", "", "id")]
    [InlineData("", "subsystem request failed on channel 0", "-s", "netconf")]
    public async Task A_login_starts_nothing_but_file_transfer(string words, string refusal, params string[] command)
    {
        string[] options = command is ["-s", ..] ? ["-s"] : [];
        var outcome = await ExternalProcess.RunAsync("ssh",
            ["-F", "none", "-T", "-i", _server.Key, "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=yes", "-o", $"UserKnownHostsFile={_server.KnownHosts}",
                "-p", $"{_server.Port}", .. options, $"{WaybillServer.User}@127.0.0.1", .. command.Except(options)], timeout: TimeSpan.FromSeconds(60));
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.StartsWith(words, outcome.Output, StringComparison.Ordinal);
        Assert.Equal(words.Length == 0, outcome.Output.Length == 0);
        Assert.Contains(refusal, outcome.ErrorOutput, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^\((?:kex|key|enc|mac)\) (\S+)")]
    private static partial Regex AlgorithmLine();

    /// <summary>A server of its own: failing connections may bring penalties, which no other test shall meet.</summary>
    public sealed class OwnServer : IAsyncLifetime
    {
        public WaybillServer Server { get; } = new();

        public ValueTask InitializeAsync() => Server.InitializeAsync();

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
