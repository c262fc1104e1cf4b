using System.Security.Cryptography;
using Waybill.TestKit;

namespace Waybill.Interop.Tests;

/// <summary>The legacy SCP protocol with its two real clients, and what a login without SFTP gets.</summary>
public sealed class ScpTests(WaybillServer server)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(240);

    [Theory]
    [InlineData("scp")]
    [InlineData("pscp")]
    public async Task A_tree_goes_up_and_comes_down_the_same(string client)
    {
        var source = server.Directory.Combine($"tree-{client}");
        Plant(source, exceptFor: client == "pscp" ? @"/\" : "/");
        var there = $"{server.Vault}/upload/tree-{client}";
        await PutAsync(client, ["-r", "-p"], source, "/upload");
        var whole = client == "scp";
        Assert.Equal(Describe(source, whole), Describe(there, whole));
        var fetched = server.Directory.Combine($"fetched-{client}");
        Directory.CreateDirectory(fetched);
        await GetAsync(client, ["-r", "-p"], $"/upload/tree-{client}", fetched);
        Assert.Equal(Describe(source, whole), Describe(Path.Combine(fetched, $"tree-{client}"), whole));
        Assert.Empty(Directory.GetFiles(there, ".waybill-*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("scp")]
    [InlineData("pscp")]
    public async Task Several_files_need_a_directory_and_wildcards_are_the_servers(string client)
    {
        var folder = $"/upload/several-{client}";
        Directory.CreateDirectory(server.Vault + folder);
        string[] sources = [.. Enumerable.Range(0, 3).Select(i => server.Directory.Write($"{client}-{i}.csv", RandomNumberGenerator.GetBytes(1000 * i)))];
        await RunAsync(client, [.. sources, Remote(folder)]);
        Assert.Equal(3, Directory.GetFiles(server.Vault + folder).Length);

        var missing = await TryRunAsync(client, [.. sources, Remote(folder + "/missing")]);
        Assert.NotEqual(0, missing.ExitCode);
        Assert.False(Path.Exists($"{server.Vault}{folder}/missing"));

        var fetched = server.Directory.Combine($"several-{client}");
        Directory.CreateDirectory(fetched);
        await GetAsync(client, client == "pscp" ? ["-unsafe"] : [], folder + "/*.csv", fetched);
        Assert.Equal(
            sources.Select(file => (Path.GetFileName(file), Transfers.Hash(file))),
            Directory.GetFiles(fetched).Order(StringComparer.Ordinal).Select(file => (Path.GetFileName(file), Transfers.Hash(file))));
    }

    [Theory]
    [InlineData("scp")]
    [InlineData("pscp")]
    public async Task A_missing_file_and_a_closed_folder_are_told_and_nothing_is_stored(string client)
    {
        var source = server.Directory.Write($"refused-{client}", "x");
        var closed = await TryRunAsync(client, [source, Remote($"/cdr/refused-{client}")]);
        Assert.True(closed.ExitCode != 0 && (closed.ErrorOutput + closed.Output).Contains("Permission denied", StringComparison.Ordinal), closed.ToString());
        Assert.False(File.Exists($"{server.Vault}/cdr/refused-{client}"));
        var missing = await TryRunAsync(client, [Remote("/upload/nothing-here"), server.Directory.Combine("nothing")]);
        Assert.True(missing.ExitCode != 0 && (missing.ErrorOutput + missing.Output).Contains("No such file or directory", StringComparison.Ordinal), missing.ToString());
    }

    /// <summary>1 GiB and not 5: both disks write all the zeros. That sizes are counted in 64 bits is tested without the data.</summary>
    [Fact]
    public async Task A_sparse_file_of_a_gibibyte_arrives_whole()
    {
        const long Size = (1L << 30) + 1;
        var source = server.Directory.Combine("sparse");
        await using (var file = File.Create(source))
        {
            file.SetLength(Size);
            file.Position = Size - 6;
            await file.WriteAsync("the end"u8[..6].ToArray());
        }

        await PutAsync("scp", [], source, "/upload/sparse");
        Assert.Equal(Size, new FileInfo(server.Vault + "/upload/sparse").Length);
        Assert.Equal(Transfers.Hash(source), Transfers.Hash(server.Vault + "/upload/sparse"));
        var fetched = server.Directory.Combine("sparse-fetched");
        await GetAsync("scp", [], "/upload/sparse", fetched);
        Assert.Equal(Transfers.Hash(source), Transfers.Hash(fetched));
        File.Delete(server.Vault + "/upload/sparse");
        File.Delete(fetched);
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

    [Fact]
    public async Task Rclone_does_not_take_the_words_for_a_shell()
    {
        var remote = $":sftp,host=127.0.0.1,port={server.Port},user={WaybillServer.User},key_file=\"{server.Key}\",known_hosts_file=\"{server.KnownHosts}\":/upload";
        var outcome = await ExternalProcess.RunAsync(
            "rclone", ["--config", server.Directory.Combine("rclone.conf"), "--retries", "1", "-vv", "lsf", remote], timeout: Patience);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());

        // rclone 1.60 then goes by its default, as after any refusal; what it makes of our words would stand in the log otherwise.
        Assert.Contains("Remote command failed", outcome.ErrorOutput, StringComparison.Ordinal);
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

    private Task<ProcessOutcome> TryRunAsync(string client, string[] arguments) => client == "scp"
        ? ExternalProcess.RunAsync("scp", [.. SshOptions, "-O", "-q", "-P", $"{server.Port}", .. arguments], timeout: Patience)
        : ExternalProcess.RunAsync(
            "pscp", ["-scp", "-batch", "-noagent", "-hostkey", server.HostKeyFingerprint, "-i", server.PuttyKey, "-P", $"{server.Port}", .. arguments], timeout: Patience,
            environment: new Dictionary<string, string?> { ["HOME"] = server.Directory.FullName, ["LC_ALL"] = "C.UTF-8" });
}
