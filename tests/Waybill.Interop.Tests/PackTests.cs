using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Waybill.TestKit;

namespace Waybill.Interop.Tests;

/// <summary>The files of a connection pack as they are, each with its own client: a directory is listed and a file fetched, and a changed host key is refused.</summary>
public sealed partial class PackTests(WaybillServer server) : IAsyncLifetime
{
    /// <summary>A folder as people and attackers have them: every character that some format escapes.</summary>
    private const string Folder = "my keys; #1 100% %20 'a' \"b\" back\\slash ü [x]=&";

    private const string Alias = "waybill-" + WaybillServer.User;

    private const string File = "2026-11 calls.csv";

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(120);

    private readonly TemporaryDirectory _directory = new();
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(100_000);

    public async ValueTask InitializeAsync() => await System.IO.File.WriteAllBytesAsync(Path.Combine(server.Vault, "cdr", File), _content);

    public ValueTask DisposeAsync()
    {
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task OpenSSH_connects_with_its_files_unchanged()
    {
        var pack = await MakeAsync(server.Port);
        var outcome = await RunAsync(pack, "sftp", ["-F", Path.Combine(pack, Alias + ".conf"), "-b", "-", Alias], $"ls -1 /cdr\nget \"/cdr/{File}\" \"{Escaped(Fetched)}\"\n");
        AssertListedAndFetched(outcome);

        static string Escaped(string path) => path.Replace(@"\", @"\\", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lftp_connects_with_its_file_unchanged()
    {
        var pack = await MakeAsync(server.Port);
        AssertListedAndFetched(await RunAsync(pack, "lftp", ["--norc", "-c", $"set cmd:fail-exit yes; set net:max-retries 1; source {Alias}.lftp; cls -1 /cdr; get \"/cdr/{File}\" -o \"{Fetched}\""]));
    }

    [Fact]
    public async Task Rclone_connects_with_its_file_unchanged()
    {
        var pack = await MakeAsync(server.Port);
        string[] options = ["--config", Alias + "-rclone.conf", "--retries", "1", "--low-level-retries", "1"];
        var listed = await RunAsync(pack, "rclone", [.. options, "lsf", $"{Alias}:/cdr"]);
        Assert.Equal(0, (await RunAsync(pack, "rclone", [.. options, "copyto", $"{Alias}:/cdr/{File}", Fetched])).ExitCode);
        AssertListedAndFetched(listed);
    }

    [Fact]
    public async Task Psftp_connects_with_the_registry_file_as_its_session()
    {
        var pack = await MakeAsync(server.Port);
        var session = await ImportAsync(pack);
        var outcome = await RunAsync(
            pack, "psftp", ["-batch", "-noagent", "-load", session, "-b", _directory.Write("psftp.txt", $"ls /cdr\nget \"/cdr/{File}\" \"{Fetched}\"\nquit\n")], environment: PuttyFolder);
        AssertListedAndFetched(outcome);
        Assert.DoesNotContain("Store key in cache", outcome.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Curl_connects_with_its_script_unchanged_where_the_listener_takes_old_programs()
    {
        var pack = await MakeAsync(server.CompatPort);
        var listed = await RunAsync(pack, "sh", [Alias + "-curl.sh", "/cdr/"]);
        var fetched = await RunAsync(pack, "sh", [Alias + "-curl.sh", "/cdr/" + Uri.EscapeDataString(File)]);
        Assert.Equal(0, fetched.ExitCode);

        // curl -O keeps the name as it stands in the URL.
        System.IO.File.Move(Path.Combine(pack, Uri.EscapeDataString(File)), Fetched);
        AssertListedAndFetched(listed);
    }

    [Fact]
    public async Task An_old_curl_is_told_which_one_it_needs_before_it_fails_at_a_modern_listener()
    {
        var version = Version.Parse(LibSsh2().Match(await WaybillServer.RequireAsync("curl", ["-V"])).Groups[1].Value);
        var outcome = await RunAsync(await MakeAsync(server.Port), "sh", [Alias + "-curl.sh", "/cdr/"]);
        if (version >= new Version(1, 11))
        {
            Assert.Contains(File, outcome.Output, StringComparison.Ordinal);
            return;
        }

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains($"libssh2 {version}; curl 7.80 with libssh2 1.11.0 or newer is needed", outcome.ErrorOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_client_refuses_a_server_with_other_host_keys()
    {
        await using var other = new WaybillServer();
        await other.InitializeAsync();
        var pack = await MakeAsync(other.Port);
        var compat = await MakeAsync(other.CompatPort, "compat");
        var session = await ImportAsync(pack);
        var batch = _directory.Write("batch.txt", "ls\n");

        AssertRefused(await RunAsync(pack, "sftp", ["-F", Path.Combine(pack, Alias + ".conf"), "-b", batch, Alias]), "Host key verification failed");
        AssertRefused(await RunAsync(pack, "lftp", ["--norc", "-c", $"set cmd:fail-exit yes; set net:max-retries 1; source {Alias}.lftp; ls"]), "Host key verification failed");
        AssertRefused(await RunAsync(pack, "rclone", ["--config", Alias + "-rclone.conf", "--retries", "1", "--low-level-retries", "1", "lsf", Alias + ":"]), "key mismatch");
        AssertRefused(await RunAsync(pack, "psftp", ["-batch", "-noagent", "-load", session, "-b", batch], environment: PuttyFolder), "POTENTIAL SECURITY BREACH");
        AssertRefused(await RunAsync(compat, "sh", [Alias + "-curl.sh", "/"]), "Denied establishing ssh session");
    }

    [Fact]
    public async Task The_commands_of_the_guide_work_as_they_stand()
    {
        var pack = await MakeAsync(server.Port, folder: "keys");
        await ImportAsync(pack);
        await System.IO.File.WriteAllTextAsync(Path.Combine(pack, "job.txt"), "ls /cdr\n");
        var guide = await System.IO.File.ReadAllTextAsync(Path.Combine(pack, Alias + "-guide.html"));
        var commands = Command().Matches(guide).SelectMany(match => WebUtility.HtmlDecode(match.Groups[1].Value).Split('\n'))
            .Where(line => OnUnix().IsMatch(line) && !line.Contains("USERPROFILE", StringComparison.Ordinal)).ToList();
        Assert.Equal(
            ["chmod", "sftp", "psftp", "psftp", "lftp", "rclone", "sftp", "psftp", "lftp", "rclone"], commands.Select(line => line.Split(' ')[0]));
        foreach (var command in commands)
        {
            // What asks a person gets its commands from standard input.
            var outcome = await RunAsync(pack, "sh", ["-c", command], "ls /cdr\nbye\n", PuttyFolder);
            Assert.True(outcome.ExitCode == 0, $"{command}: {outcome}");
            if (!command.StartsWith("chmod", StringComparison.Ordinal) && !command.EndsWith(" in", StringComparison.Ordinal) && !command.EndsWith(" in\"", StringComparison.Ordinal))
            {
                Assert.True(outcome.Output.Contains(File, StringComparison.Ordinal) || command.StartsWith("rclone", StringComparison.Ordinal), $"{command}: {outcome}");
            }
        }

        Assert.Equal(_content, await System.IO.File.ReadAllBytesAsync(Path.Combine(pack, "in", File)));
    }

    private string Fetched => _directory.Combine("fetched");

    private Dictionary<string, string?> PuttyFolder => new() { ["PUTTYDIR"] = _directory.Combine("putty") };

    /// <summary>Writes the pack into the folder of the keys, as its guide says.</summary>
    private async Task<string> MakeAsync(int port, string name = "pack", string folder = Folder)
    {
        var pack = Directory.CreateDirectory(_directory.Combine(name, folder)).FullName;
        var key = Path.Combine(pack, "id key");
        System.IO.File.Copy(server.Key, key);
        System.IO.File.Copy(server.PuttyKey, key + ".ppk");
        System.IO.File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await server.CommandAsync(
            "pack", WaybillServer.User, "--out", pack, "--key-file", key, "--key-file", key + ".ppk", "--set", "Provider:Name=Interop & Sons", "--set",
            string.Create(CultureInfo.InvariantCulture, $$"""Ssh:Public=[{"Host":"localhost","Port":{{port}}{{(name == "compat" ? ",\"Policy\":\"compat\"" : "")}}}]"""),
            "--set", $"Ssh:Listen=127.0.0.1:{server.Port}", "--set", $"Ssh:ListenCompat=127.0.0.1:{server.CompatPort}");
        return pack;
    }

    private async Task<string> ImportAsync(string pack) =>
        Assert.Single(await PuttyRegistry.ImportAsync(Path.Combine(pack, Alias + "-putty.reg"), PuttyFolder["PUTTYDIR"]!));

    private static Task<ProcessOutcome> RunAsync(
        string folder, string program, string[] arguments, string? input = null, IReadOnlyDictionary<string, string?>? environment = null) => ExternalProcess.RunAsync(
            program, arguments, input, Time, workingDirectory: folder,
            environment: new Dictionary<string, string?>(environment ?? new Dictionary<string, string?>()) { ["LC_ALL"] = "C.UTF-8", ["SSH_AUTH_SOCK"] = null });

    private void AssertListedAndFetched(ProcessOutcome outcome)
    {
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Contains(File, outcome.Output, StringComparison.Ordinal);
        Assert.Equal(_content, System.IO.File.ReadAllBytes(Fetched));
    }

    private static void AssertRefused(ProcessOutcome outcome, string words)
    {
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains(words, outcome.ToString(), StringComparison.Ordinal);
    }

    [GeneratedRegex("<pre>([^<]+)</pre>")]
    private static partial Regex Command();

    [GeneratedRegex("^(chmod|sftp|psftp|lftp|rclone) ")]
    private static partial Regex OnUnix();

    [GeneratedRegex(@"libssh2/(\d+\.\d+\.\d+)")]
    private static partial Regex LibSsh2();
}
