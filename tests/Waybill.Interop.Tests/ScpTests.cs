using System.Security.Cryptography;
using System.Text.Json;
using Waybill.TestKit;

namespace Waybill.Interop.Tests;

/// <summary>The legacy SCP protocol with its two real clients, what <c>scp</c> does by SFTP in its place, and what a login for a shell gets.</summary>
public sealed class ScpTests(WaybillServer server)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(240);

    [Theory]
    [InlineData("scp -O")]
    [InlineData("scp -s")]
    [InlineData("pscp")]
    public async Task A_tree_goes_up_and_comes_down_the_same(string client)
    {
        // pscp compares the name that it gets with the one that it was asked for, quotes and all.
        var name = client == "pscp" ? "tree" : "tree " + client;
        var source = server.Directory.Combine(name);
        Plant(source, exceptFor: client == "pscp" ? @"/\" : "/");
        var there = $"{server.Vault}/upload/{name}";
        await PutAsync(client, ["-r", "-p"], source, "/upload");
        var whole = client != "pscp";
        Assert.Equal(Describe(source, whole), Describe(there, whole));
        var fetched = server.Directory.Combine("fetched " + client);
        Directory.CreateDirectory(fetched);
        await GetAsync(client, ["-r", "-p"], client == "scp -O" ? $"'/upload/{name}'" : $"/upload/{name}", fetched);
        Assert.Equal(Describe(source, whole), Describe(Path.Combine(fetched, name), whole));
        Assert.Empty(Directory.GetFiles(there, ".waybill-*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("scp -O")]
    [InlineData("scp -s")]
    [InlineData("pscp")]
    public async Task Several_files_need_a_directory_and_wildcards_are_the_servers(string client)
    {
        var folder = $"/upload/several-{client.Replace(" ", "", StringComparison.Ordinal)}";
        Directory.CreateDirectory(server.Vault + folder);
        string[] sources = [.. Enumerable.Range(0, 3).Select(i => server.Directory.Write($"{client} {i}.csv", RandomNumberGenerator.GetBytes(1000 * i)))];
        await RunAsync(client, [.. sources, Remote(folder)]);
        Assert.Equal(3, Directory.GetFiles(server.Vault + folder).Length);

        var missing = await TryRunAsync(client, [.. sources, Remote(folder + "/missing")]);
        if (client == "scp -s")
        {
            // By SFTP OpenSSH's scp makes the directory itself.
            Assert.Equal(3, Directory.GetFiles($"{server.Vault}{folder}/missing").Length);
        }
        else
        {
            Assert.NotEqual(0, missing.ExitCode);
            Assert.False(Path.Exists($"{server.Vault}{folder}/missing"));
        }

        var fetched = server.Directory.Combine("several " + client);
        Directory.CreateDirectory(fetched);
        await GetAsync(client, client == "pscp" ? ["-unsafe"] : [], folder + "/*.csv", fetched);
        Assert.Equal(
            sources.Select(file => (Path.GetFileName(file), Transfers.Hash(file))),
            Directory.GetFiles(fetched).Order(StringComparer.Ordinal).Select(file => (Path.GetFileName(file), Transfers.Hash(file))));
    }

    [Theory]
    [InlineData("scp -O")]
    [InlineData("scp -s")]
    [InlineData("pscp")]
    public async Task A_missing_file_and_a_closed_folder_are_told_and_nothing_is_stored(string client)
    {
        var source = server.Directory.Write("refused " + client, "x");
        var closed = await TryRunAsync(client, [source, Remote("/cdr/refused")]);
        Assert.True(closed.ExitCode != 0 && (closed.ErrorOutput + closed.Output).Contains("Permission denied", StringComparison.Ordinal), closed.ToString());
        Assert.False(File.Exists($"{server.Vault}/cdr/refused"));
        var missing = await TryRunAsync(client, [Remote("/upload/nothing-here"), server.Directory.Combine("nothing")]);
        Assert.True(missing.ExitCode != 0 && (missing.ErrorOutput + missing.Output).Contains("No such file or directory", StringComparison.Ordinal), missing.ToString());
    }

    /// <summary>A wildcard at one server, the files to another, through the client; here both are this one.</summary>
    [Theory]
    [InlineData("scp -O")]
    [InlineData("scp -s")]
    public async Task From_server_to_server_through_the_client_with_times(string client)
    {
        var folder = $"{server.Vault}/upload/three {client}";
        Plant(folder + "/from", exceptFor: "/");
        Directory.CreateDirectory(folder + "/to");
        string Quoted(string path) => client == "scp -O" ? path.Replace(" ", "\\ ", StringComparison.Ordinal) : path;
        await RunAsync(client, ["-3", "-r", "-p", Remote(Quoted($"/upload/three {client}/fr*")), Remote(Quoted($"/upload/three {client}/to"))]);
        Assert.Equal(Describe(folder + "/from", whole: true), Describe(folder + "/to/from", whole: true));
    }

    /// <summary>The client's file is sparse; the vault holds what the protocol carries. The marks lie at both sides of 4 GiB and at the end.</summary>
    [Fact]
    public async Task A_sparse_file_of_5_GiB_arrives_whole_in_both_directions()
    {
        const long Size = (5L << 30) + 3;
        var source = server.Directory.Combine("sparse");
        await using (var file = File.Create(source))
        {
            file.SetLength(Size);
            foreach (var at in new[] { 0, (4L << 30) - 3, Size - 6 })
            {
                file.Position = at;
                await file.WriteAsync("marked"u8.ToArray());
            }
        }

        var there = server.Vault + "/upload/sparse";
        var fetched = server.Directory.Combine("sparse-fetched");
        try
        {
            await PutAsync("scp -O", [], source, "/upload/sparse");
            await CompareAsync(source, there);
            await GetAsync("scp -O", [], "/upload/sparse", fetched);
            await CompareAsync(source, fetched);
        }
        finally
        {
            File.Delete(source);
            File.Delete(there);
            File.Delete(fetched);
        }
    }

    /// <summary>Byte by byte to the real program. What of them is refused in which words: ScpSinkTests.</summary>
    [Theory]
    [InlineData("-t", "C0644 4 ../planted\nxxxx\0")]
    [InlineData("-t", "C0644 4 /upload/planted\nxxxx\0")]
    [InlineData("-t", "C0644 -4 planted\nxxxx\0")]
    [InlineData("-t", "C644 4 planted\nxxxx\0")]
    [InlineData("-t", "D0755 0 planted\n")]
    [InlineData("-r -t", "D0755 0 ..\n")]
    [InlineData("-r -t", "E\n")]
    [InlineData("-t", "C0644 5 planted\nxxxx")]
    [InlineData("-t", "C0644 4 planted\nxxxxC0644 4 more\nxxxx\0")]
    [InlineData("-t", "C0644 4 planted\nxxxx\u0002I give up\n")]
    [InlineData("-d -t", "C0644 4 planted\nxxxx\0", "/upload/no-such-place/planted")]
    public async Task A_hostile_dialogue_fails_and_stores_nothing(string options, string dialogue, string target = "/upload/hostile")
    {
        var folder = Directory.CreateDirectory(server.Vault + "/upload/hostile").FullName;
        var outcome = await ExternalProcess.RunAsync(
            "ssh", [.. SshOptions, "-p", $"{server.Port}", $"{WaybillServer.User}@127.0.0.1", $"scp {options} {target}"], input: dialogue, timeout: Patience);
        Assert.Equal(1, outcome.ExitCode);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
        Assert.Empty(Directory.GetFileSystemEntries(server.Vault, "*planted*", SearchOption.AllDirectories));

        // One that was begun is recorded, as what it is.
        var audit = JsonDocument.Parse((await server.CommandAsync("audit", "search", "--action", "upload", "--limit", "1000", "--json")).Output).RootElement;
        Assert.All(
            audit.EnumerateArray().Where(static row => row.GetProperty("subject").GetString()!.Contains("planted", StringComparison.Ordinal)),
            static row => Assert.Equal("failed", row.GetProperty("outcome").GetString()));
    }

    [Theory]
    [InlineData("uname -a")]
    [InlineData("echo ${ShellId}%ComSpec%")]
    [InlineData("rsync --server . /upload")]
    [InlineData(null)]
    public async Task Any_other_command_and_a_shell_are_told_that_SFTP_is_the_way(string? command)
    {
        var outcome = await ExternalProcess.RunAsync(
            "ssh", [.. SshOptions, "-p", $"{server.Port}", $"{WaybillServer.User}@127.0.0.1", .. command is null ? Array.Empty<string>() : [command]], timeout: Patience);
        Assert.Equal(1, outcome.ExitCode);
        Assert.StartsWith("This server moves files and runs no commands", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("SFTP", outcome.Output, StringComparison.Ordinal);
    }

    /// <summary>WinSCP's SCP mode: a shell, and commands into it.</summary>
    [Fact]
    public async Task A_shell_that_is_spoken_to_is_answered_and_ends_at_once()
    {
        await using var client = ExternalProcess.Start("ssh", [.. SshOptions, "-T", "-p", $"{server.Port}", $"{WaybillServer.User}@127.0.0.1"]);
        await client.StandardInput.WriteAsync("echo \"WinSCP: this is end-of-file:0\"\n");
        await client.StandardInput.FlushAsync();

        // Its input stays open: nothing but our end can end it.
        var outcome = await client.WaitForExitAsync(Patience);
        Assert.Equal(1, outcome.ExitCode);
        Assert.StartsWith("This server moves files and runs no commands", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("end-of-file", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_at_a_terminal_reads_where_they_are()
    {
        var command = string.Join(' ', SshOptions.Select(word => $"'{word}'")) + $" -p {server.Port} {WaybillServer.User}@127.0.0.1";
        var outcome = await ExternalProcess.RunAsync("script", ["-qec", "ssh " + command, "/dev/null"], timeout: Patience);
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("This server moves files and runs no commands", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rclone_probes_for_a_shell_and_for_md5sum_and_goes_on_without()
    {
        var remote = $":sftp,host=127.0.0.1,port={server.Port},user={WaybillServer.User},key_file=\"{server.Key}\",known_hosts_file=\"{server.KnownHosts}\":/upload/probed";
        var folder = server.Directory.Combine("probing");
        var source = server.Directory.Write("probing/file", RandomNumberGenerator.GetBytes(100_000));
        foreach (var command in new[] { "copy", "check" })
        {
            var outcome = await ExternalProcess.RunAsync(
                "rclone", ["--config", server.Directory.Combine("rclone.conf"), "--retries", "1", "-vv", command, folder, remote], timeout: Patience);
            Assert.True(outcome.ExitCode == 0, outcome.ToString());

            // What it makes of a refusal stands in its log; it would say which shell, had it taken our words for the answer of one.
            Assert.Contains("Remote command failed: Process exited with status 1", outcome.ErrorOutput, StringComparison.Ordinal);
            Assert.Contains("Setting hash command for md5 to \"none\"", outcome.ErrorOutput, StringComparison.Ordinal);
        }

        Assert.Equal(Transfers.Hash(source), Transfers.Hash(server.Vault + "/upload/probed/file"));
    }

    // Directories, an empty file, one of more than a block, and a name with every printable byte that a name can hold; pscp takes a backslash
    // for a separator here, too, and loses blanks in front of a name that it receives.
    private static void Plant(string root, string exceptFor)
    {
        var inner = Directory.CreateDirectory(Path.Combine(root, "inner", "deep"));
        var name = "n" + string.Concat(Enumerable.Range(0x20, 0x5F).Select(value => (char)value).Where(letter => !exceptFor.Contains(letter)));
        File.WriteAllBytes(Path.Combine(root, name), [1, 2, 3]);
        File.WriteAllBytes(Path.Combine(root, "Übersicht für Müller 📞.csv"), RandomNumberGenerator.GetBytes(300_000));
        File.WriteAllBytes(Path.Combine(inner.FullName, "empty"), []);
        File.WriteAllBytes(Path.Combine(inner.FullName, "script"), RandomNumberGenerator.GetBytes(40_000));
        new FileInfo(Path.Combine(inner.FullName, "script")).UnixFileMode = (UnixFileMode)0x1E8;
        inner.UnixFileMode = (UnixFileMode)0x1C0;
        var time = new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        foreach (var entry in new DirectoryInfo(root).GetFileSystemInfos("*", SearchOption.AllDirectories).Append(new DirectoryInfo(root)).OrderByDescending(entry => entry.FullName.Length))
        {
            entry.LastWriteTimeUtc = time = time.AddDays(1);
        }
    }

    // pscp sends every directory as 0755 and without its times.
    private static string Describe(string root, bool whole) => string.Join('\n', new DirectoryInfo(root).GetFileSystemInfos("*", SearchOption.AllDirectories)
        .Append(new DirectoryInfo(root)).OrderBy(entry => entry.FullName, StringComparer.Ordinal)
        .Select(entry => Path.GetRelativePath(root, entry.FullName)
            + (whole || entry is FileInfo ? $" {entry.UnixFileMode} {entry.LastWriteTimeUtc:s}" : "")
            + (entry is FileInfo ? " " + Transfers.Hash(entry.FullName) : "")));

    private static async Task CompareAsync(string one, string other)
    {
        var outcome = await ExternalProcess.RunAsync("cmp", [one, other], timeout: Patience);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
    }

    private string[] SshOptions =>
    [
        "-F", "none", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=yes", "-o", $"UserKnownHostsFile={server.KnownHosts}",
        "-i", server.Key,
    ];

    private static string Remote(string path) => $"{WaybillServer.User}@127.0.0.1:{path}";

    private Task PutAsync(string client, string[] options, string local, string remote) => RunAsync(client, [.. options, local, Remote(remote)]);

    private Task GetAsync(string client, string[] options, string remote, string local) => RunAsync(client, [.. options, Remote(remote), local]);

    private async Task RunAsync(string client, string[] arguments)
    {
        var outcome = await TryRunAsync(client, arguments);
        Assert.True(outcome.ExitCode == 0, $"{client} {string.Join(' ', arguments)}: {outcome}");
    }

    private Task<ProcessOutcome> TryRunAsync(string client, string[] arguments) => client is "scp -O" or "scp -s"
        ? ExternalProcess.RunAsync("scp", [.. SshOptions, client[4..], "-q", "-P", $"{server.Port}", .. arguments], timeout: Patience)
        : ExternalProcess.RunAsync(
            "pscp", ["-scp", "-batch", "-noagent", "-hostkey", server.HostKeyFingerprint, "-i", server.PuttyKey, "-P", $"{server.Port}", .. arguments], timeout: Patience,
            environment: new Dictionary<string, string?> { ["HOME"] = server.Directory.FullName, ["LC_ALL"] = "C.UTF-8" });
}
