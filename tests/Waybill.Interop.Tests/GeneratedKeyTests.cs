using System.Text.Json;
using Waybill.TestKit;

namespace Waybill.Interop.Tests;

/// <summary>Keys that the provider makes log in with the programs of customers, who type the passphrase, and not with a wrong one.</summary>
public sealed class GeneratedKeyTests(WaybillServer server)
{
    public static readonly MatrixTheoryData<string, string> TypesAndFormats = new(["ed25519", "ecdsa 256", "ecdsa 384", "ecdsa 521", "rsa 3072", "rsa 4096"], ["openssh", "ppk", "ppk2"]);

    [Theory]
    [MemberData(nameof(TypesAndFormats))]
    public async Task A_generated_key_logs_in_with_its_passphrase_and_not_with_another(string type, string format)
    {
        var folder = server.Directory.Combine($"generated-{type}-{format}".Replace(' ', '-'));
        var words = type.Split(' ');
        var made = JsonDocument.Parse((await server.CommandAsync(
            ["key", "generate", WaybillServer.User, "--out", folder, "--type", words[0], "--format", format, "--json", .. words.Length > 1 ? (string[])["--bits", words[1]] : []])).Output).RootElement;
        var key = made.GetProperty("privateKeyFile").GetString()!;
        var right = made.GetProperty("passphrase").GetString()!;
        var outcome = await ListAsync(key, format, right);
        Assert.True(outcome.ExitCode == 0 && outcome.Output.Contains("upload", StringComparison.Ordinal), outcome.ToString());

        outcome = await ListAsync(key, format, "0000-0000-0000-0000-0000");
        Assert.True(outcome.ExitCode != 0 && !outcome.Output.Contains("upload", StringComparison.Ordinal), outcome.ToString());
        await server.CommandAsync("key", "revoke", WaybillServer.User, made.GetProperty("sha256").GetString()!, "--reason", "the test is over");
    }

    private Task<ProcessOutcome> ListAsync(string key, string format, string passphrase)
    {
        // Without a terminal: sftp asks a program for the passphrase, psftp reads it from its input.
        var ask = server.Directory.Write("ask-" + Guid.NewGuid().ToString("n"), $"#!/bin/sh\necho {passphrase}\n");
        File.SetUnixFileMode(ask, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var batch = server.Directory.Write("batch-" + Guid.NewGuid().ToString("n"), "ls /\nquit\n");
        return format == "openssh"
            ? ExternalProcess.RunAsync(
                "setsid",
                [
                    "-w", "sftp", "-F", "none", "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-o", "StrictHostKeyChecking=yes", "-o", $"UserKnownHostsFile={server.KnownHosts}",
                    "-o", "BatchMode=no", "-o", "PreferredAuthentications=publickey", "-i", key, "-P", $"{server.Port}", "-b", batch, "-o", "BatchMode=no", $"{WaybillServer.User}@127.0.0.1",
                ],
                environment: new Dictionary<string, string?> { ["SSH_ASKPASS"] = ask, ["SSH_ASKPASS_REQUIRE"] = "force", ["DISPLAY"] = ":0" })
            : ExternalProcess.RunAsync(
                "setsid",
                ["-w", "psftp", "-noagent", "-hostkey", server.HostKeyFingerprint, "-i", key, "-P", $"{server.Port}", "-b", batch, $"{WaybillServer.User}@127.0.0.1"],
                passphrase + "\n",
                environment: new Dictionary<string, string?> { ["HOME"] = server.Directory.FullName });
    }
}
