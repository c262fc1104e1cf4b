using System.Text.Json;
using Waybill.Server.Tests.Support;
using Waybill.TestKit;
using Waybill.TestKit.Sftp;

namespace Waybill.Server.Tests.CommandLine;

public sealed class FilesAndBackupTests(Template template)
{
    [Fact]
    public async Task Files_that_are_put_in_by_hand_are_found_listed_hashed_and_missed_again()
    {
        using var data = await template.CopyAsync();
        var file = data.Combine("vaults", Template.User, "cdr", "=cmd.csv");
        await File.WriteAllTextAsync(file, "1,2", TestContext.Current.CancellationToken);
        Assert.Equal(1, (await data.JsonAsync("files", "scan")).GetProperty("found").GetInt32());
        var listed = Assert.Single((await data.JsonAsync("files", "list", Template.User, "--below", "/cdr/")).EnumerateArray());
        Assert.Equal(("/cdr/=cmd.csv", "found", 3), (listed.GetProperty("path").GetString(), listed.GetProperty("protocol").GetString(), listed.GetProperty("size").GetInt32()));
        Assert.Equal(JsonValueKind.Null, listed.GetProperty("sha256").ValueKind);
        Assert.Equal(1, (await data.JsonAsync("files", "hash")).GetProperty("files").GetInt32());
        Assert.Contains(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("1,2"u8)), await data.OutputAsync("files", "show", Template.User, "/cdr/=cmd.csv"), StringComparison.Ordinal);
        var csv = (await data.OutputAsync("files", "list", Template.User, "--csv")).Split("\r\n");
        Assert.StartsWith("\"account\",\"path\",\"size\"", csv[0], StringComparison.Ordinal);
        Assert.StartsWith("\"10020\",\"/cdr/=cmd.csv\",3,", csv[1], StringComparison.Ordinal);
        File.Delete(file);
        Assert.Equal(1, (await data.JsonAsync("files", "scan", "--account", Template.User)).GetProperty("missing").GetInt32());
        Assert.Contains("(none)", await data.OutputAsync("files", "list", Template.User), StringComparison.Ordinal);
        Assert.Contains("missing", await data.OutputAsync("files", "list", Template.User, "--gone"), StringComparison.Ordinal);
        Assert.Contains("missing", await data.OutputAsync("files", "show", Template.User, "/cdr/=cmd.csv"), StringComparison.Ordinal);
        await data.RefusedAsync(1, "files", "list", "99999");
        await data.RefusedAsync(1, "files", "show", Template.User, "/cdr/none.csv");
        await data.RefusedAsync(2, "files", "list", Template.User, "--below", "cdr");
    }

    [Fact]
    public async Task A_running_server_finds_what_was_put_in_before_its_start_hashes_what_comes_and_knows_who_fetched_it()
    {
        using var data = await template.CopyAsync();
        await File.WriteAllTextAsync(data.Combine("vaults", Template.User, "cdr", "by-hand.csv"), "1,2", TestContext.Current.CancellationToken);
        await using var server = await RunningServer.StartAsync(data);
        await using (var client = await server.LogInAsync(data.LoadKey()))
        {
            await using var sftp = await RunningServer.OpenSftpAsync(client);
            var opened = await sftp.OpenAsync("/cdr/by-hand.csv", SftpOpen.Read);
            await WaitAsync(data, files => files.GetArrayLength() == 1);
            Assert.Equal("1,2"u8.ToArray(), (await sftp.ReadAsync(opened.Handle, 0, 100)).Data.ToArray());
            Assert.True((await sftp.CloseAsync(opened.Handle)).IsOk);
            var written = await sftp.OpenAsync("/upload/new.csv", SftpOpen.Write | SftpOpen.Create);
            Assert.True((await sftp.WriteAsync(written.Handle, 0, "content"u8.ToArray())).IsOk);
            Assert.True((await sftp.CloseAsync(written.Handle)).IsOk);
        }

        await WaitAsync(data, files => files.GetArrayLength() == 2 && files.EnumerateArray().All(file => file.GetProperty("sha256").ValueKind == JsonValueKind.String));
        var shown = await data.JsonAsync("files", "show", Template.User, "/cdr/by-hand.csv");
        var fetch = Assert.Single(shown.GetProperty("fetches").EnumerateArray());
        Assert.Equal((Template.User, true), (fetch.GetProperty("login").GetString(), fetch.GetProperty("whole").GetBoolean()));
        Assert.Equal(0, (await server.StopAsync()).ExitCode);
    }

    [Fact]
    public async Task A_restore_goes_into_an_empty_directory_only_and_what_it_left_half_made_says_so()
    {
        using var data = await template.CopyAsync();
        var archive = data.Beside("backup.tar");
        Assert.Contains("It holds the server's private keys", await data.OutputAsync("backup", archive), StringComparison.Ordinal);
        Assert.Contains("is there already", await data.RefusedAsync(1, "backup", archive), StringComparison.Ordinal);
        Assert.Contains("holds a Waybill already", await data.RefusedAsync(1, "restore", archive), StringComparison.Ordinal);
        await using (var server = await RunningServer.StartAsync(data))
        {
            Assert.Contains("a server runs on", await data.RefusedAsync(1, "restore", archive), StringComparison.Ordinal);
            await server.StopAsync();
        }

        using var other = new Data(template);
        Directory.CreateDirectory(other.Root);
        await File.WriteAllTextAsync(other.Combine("somebody's"), "", TestContext.Current.CancellationToken);
        Assert.Contains("is not empty", await other.RefusedAsync(1, "restore", archive), StringComparison.Ordinal);
        File.Delete(other.Combine("somebody's"));
        await other.RefusedAsync(1, "restore", data.KeyFile);
        Assert.Empty(Directory.GetFileSystemEntries(other.Root));

        Assert.Contains("next: ./waybill serve", await other.OutputAsync("restore", archive), StringComparison.Ordinal);
        foreach (var name in (string[])["hostkeys/ssh_host_ed25519_key", "hostkeys/hostkeys.json", "tls/root.crt", "tls/server.key", "audit/audit.key"])
        {
            Assert.Equal(await File.ReadAllBytesAsync(data.Combine(name), TestContext.Current.CancellationToken), await File.ReadAllBytesAsync(other.Combine(name), TestContext.Current.CancellationToken));
            Assert.Equal(File.GetUnixFileMode(data.Combine(name)), File.GetUnixFileMode(other.Combine(name)));
        }

        Assert.Contains("all whole and in order", await other.OutputAsync("audit", "verify"), StringComparison.Ordinal);
        await other.OutputAsync("doctor");
        await using (var server = await RunningServer.StartAsync(other))
        {
            Assert.True(await server.CanLogInAsync(data.LoadKey()));
            await server.StopAsync();
        }

        await File.WriteAllTextAsync(other.Combine("restore.unfinished"), "", TestContext.Current.CancellationToken);
        foreach (var words in (string[][])[["init"], ["serve"], ["doctor"], ["backup", data.Beside("other.tar")]])
        {
            Assert.Contains("is half-made: a restore was cut off there, or runs right now; run it again: ./waybill restore FILE", await other.RefusedAsync(1, words), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_restore_that_is_killed_anywhere_is_refused_or_whole_and_the_same_command_again_completes_it()
    {
        using var data = await template.CopyAsync();
        var folder = data.Combine("vaults", Template.User, "cdr");
        for (var i = 0; i < 400; i++)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, $"{i:000}.csv"), $"file {i}", TestContext.Current.CancellationToken);
        }

        await data.OutputAsync("files", "scan");
        await data.OutputAsync("files", "hash");
        var archive = data.Beside("backup.tar");
        await data.OutputAsync("backup", archive, "--with-files");
        var listing = await data.OutputAsync("files", "list", Template.User, "--json");
        var refused = 0;
        (string What, Func<string, bool> IsThere)[] points =
        [
            ("directory", Directory.Exists), ("mark", root => File.Exists(root + "/restore.unfinished")), ("lock", root => File.Exists(root + "/run/lock")),
            ("audit key", root => File.Exists(root + "/audit/audit.key")), ("database", root => File.Exists(root + "/waybill.db")),
            ("vault", root => Directory.Exists($"{root}/vaults/{Template.User}")), ("1 file", root => Count(root) >= 1), ("50 files", root => Count(root) >= 50),
            ("200 files", root => Count(root) >= 200), ("all files", root => Count(root) >= 400),
        ];
        foreach (var (what, isThere) in points)
        {
            using var target = new Data(template);
            await using (var restore = ExternalProcess.Start("dotnet", [Cli.Path, "restore", archive, "--data", target.Root]))
            {
                var waited = System.Diagnostics.Stopwatch.StartNew();
                while (!isThere(target.Root) && !restore.HasExited)
                {
                    Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), $"no {what}");
                    await Task.Yield();
                }

                restore.Kill();
                await restore.WaitForExitAsync(TimeSpan.FromSeconds(60));
            }

            if (File.Exists(target.Combine("restore.unfinished")))
            {
                refused++;
                Assert.Contains("run it again: ./waybill restore FILE", await target.RefusedAsync(1, "serve"), StringComparison.Ordinal);
                Assert.Contains("next: ./waybill serve", await target.OutputAsync("restore", archive), StringComparison.Ordinal);
            }
            else if (!File.Exists(target.Combine("waybill.db")))
            {
                await target.OutputAsync("restore", archive);
            }

            Assert.False(File.Exists(target.Combine("restore.unfinished")));
            Assert.Equal(400, Count(target.Root));
            Assert.Equal(listing, await target.OutputAsync("files", "list", Template.User, "--json"));
        }

        Assert.True(refused >= 5, $"only {refused} of {points.Length} kills came in time");

        static int Count(string root) => Directory.Exists($"{root}/vaults/{Template.User}/cdr") ? Directory.EnumerateFiles($"{root}/vaults/{Template.User}/cdr", "*.csv").Count() : 0;
    }

    [Fact]
    public async Task A_restore_over_one_that_was_cut_off_touches_nothing_of_somebody_else()
    {
        using var data = await template.CopyAsync();
        var archive = data.Beside("backup.tar");
        await data.OutputAsync("backup", archive);
        using var other = new Data(template);
        Directory.CreateDirectory(other.Combine("vaults", "1"));

        // Where a restore puts what retention had put aside.
        Directory.CreateDirectory(other.Combine("retention", "taken"));
        await File.WriteAllTextAsync(other.Combine("retention", "taken", "17"), "half", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(other.Combine("restore.unfinished"), "", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(other.Combine("thesis.txt"), "", TestContext.Current.CancellationToken);
        Assert.Contains("thesis.txt there is not of it", await other.RefusedAsync(1, "restore", archive), StringComparison.Ordinal);
        Assert.True(Directory.Exists(other.Combine("vaults", "1")));
        File.Delete(other.Combine("thesis.txt"));
        using (new FileStream(other.Combine("restore.unfinished"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Contains("another restore to", await other.RefusedAsync(1, "restore", archive), StringComparison.Ordinal);
            Assert.True(Directory.Exists(other.Combine("vaults", "1")));
        }

        await other.OutputAsync("restore", archive);
        Assert.False(Directory.Exists(other.Combine("vaults", "1")));
        Assert.False(File.Exists(other.Combine("retention", "taken", "17")));
    }

    private static async Task WaitAsync(Data data, Func<JsonElement, bool> condition)
    {
        var waited = System.Diagnostics.Stopwatch.StartNew();
        for (var files = default(JsonElement); ; await Task.Delay(100, TestContext.Current.CancellationToken))
        {
            if (condition(files = await data.LookAsync("files", "list", Template.User)))
            {
                return;
            }

            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(120), $"the catalogue did not become so: {files}");
        }
    }
}
