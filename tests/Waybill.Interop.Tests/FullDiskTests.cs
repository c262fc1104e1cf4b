using System.Security.Cryptography;
using Waybill.Interop.Tests.Clients;
using Waybill.TestKit;

namespace Waybill.Interop.Tests;

/// <summary>
/// A data directory on a disk that gets full, of bytes or of inodes: errors in words, nothing half, nothing acknowledged lost, and service again by itself when there
/// is room.
/// </summary>
public sealed class FullDiskTests
{
    private const int MiB = 1024 * 1024;

    [Theory]
    [InlineData(67_108_864)]
    [InlineData(0)]
    public async Task A_full_disk_refuses_uploads_loses_nothing_and_recovers_without_a_restart(int reserve)
    {
        var server = new WaybillServer { Settings = [$"Storage:ReserveBytes={reserve}"], DiskMayFail = true };
        await using var disk = await SmallDisk.MountAsync(server, "-m", "0");
        await using (server)
        {
            await server.InitializeAsync();
            var kept = server.Directory.Write("kept.bin", RandomNumberGenerator.GetBytes(MiB));
            var large = server.Directory.Write("large.bin", RandomNumberGenerator.GetBytes(12 * MiB));
            await new OpenSshSftp(server).PutAsync(kept, "/upload/kept.bin");

            // One session puts until it is refused.
            var refused = await SftpAsync(server, string.Join('\n', Enumerable.Range(0, 10).Select(number => $"put {large} /upload/{number}.bin")));
            Assert.NotEqual(0, refused.ExitCode);
            Assert.Matches("(write remote \"/upload/[0-9].bin\"|close remote): Failure", refused.ErrorOutput);
            var acknowledged = Visible(server).Where(name => name != "kept.bin").ToList();
            Assert.InRange(acknowledged.Count, 2, 5);
            Assert.Contains("No space left on the server, nothing was changed", (await ScpAsync(server, large, "/upload/more.bin")).ErrorOutput, StringComparison.Ordinal);

            // An overwrite, too, leaves the old version.
            Assert.NotEqual(0, (await SftpAsync(server, $"put {large} /upload/kept.bin")).ExitCode);
            if (reserve == 0)
            {
                // Now the database has no room either: what cannot be recorded is not acknowledged.
                disk.FillUp();
                for (var tries = 0; (await SftpAsync(server, "mkdir /upload/d\nrmdir /upload/d")).ExitCode == 0; tries++)
                {
                    Assert.True(tries < 200, "the database always found room");
                }
            }

            Verify();
            disk.MakeRoom();
            await SftpAsync(server, "-rmdir /upload/d");
            await new OpenSshSftp(server).RemoveAsync($"/upload/{acknowledged[0]}");
            acknowledged.RemoveAt(0);
            await new OpenSshSftp(server).PutAsync(kept, "/upload/again.bin");
            Assert.Equal(Transfers.Hash(kept), Transfers.Hash(Path.Combine(server.Vault, "upload", "again.bin")));
            await new OpenSshSftp(server).RemoveAsync("/upload/again.bin");
            Verify();
            await server.CommandAsync("audit", "verify");

            void Verify()
            {
                Assert.Equal(acknowledged.Append("kept.bin").Order(StringComparer.Ordinal), Visible(server));
                Assert.All(acknowledged, name => Assert.Equal(Transfers.Hash(large), Transfers.Hash(Path.Combine(server.Vault, "upload", name))));
                Assert.Equal(Transfers.Hash(kept), Transfers.Hash(Path.Combine(server.Vault, "upload", "kept.bin")));
            }
        }
    }

    [Fact]
    public async Task A_disk_without_inodes_refuses_new_files_and_goes_on_with_those_that_are_there()
    {
        var server = new WaybillServer();
        await using var disk = await SmallDisk.MountAsync(server, "-N", "100");
        await using (server)
        {
            await server.InitializeAsync();
            var kept = server.Directory.Write("kept.bin", RandomNumberGenerator.GetBytes(MiB));
            await new OpenSshSftp(server).PutAsync(kept, "/upload/kept.bin");
            var refused = await SftpAsync(server, string.Join('\n', Enumerable.Range(0, 200).Select(number => $"put {server.KnownHosts} /upload/{number}.txt")));
            Assert.NotEqual(0, refused.ExitCode);
            Assert.Matches("dest open \"/upload/[0-9]+.txt\": Failure", refused.ErrorOutput + refused.Output);
            var there = Visible(server);
            Assert.InRange(there.Length, 5, 150);
            Assert.Contains("No space left on the server, nothing was changed", (await ScpAsync(server, kept, "/upload/more.bin")).ErrorOutput, StringComparison.Ordinal);
            Assert.Equal(there, Visible(server));

            var fetched = server.Directory.Combine("fetched.bin");
            await new OpenSshSftp(server).GetAsync("/upload/kept.bin", fetched);
            Assert.Equal(Transfers.Hash(kept), Transfers.Hash(fetched));
            await new OpenSshSftp(server).RemoveAsync("/upload/0.txt");
            await new OpenSshSftp(server).PutAsync(kept, "/upload/more.bin");
            Assert.Equal(Transfers.Hash(kept), Transfers.Hash(Path.Combine(server.Vault, "upload", "more.bin")));
            await server.CommandAsync("audit", "verify");
        }
    }

    private static string[] Visible(WaybillServer server) =>
        [.. Directory.GetFiles(Path.Combine(server.Vault, "upload")).Select(path => Path.GetFileName(path)).Where(name => !name.StartsWith('.')).Order(StringComparer.Ordinal)];

    internal static Task<ProcessOutcome> SftpAsync(WaybillServer server, string batch) => ExternalProcess.RunAsync(
        "sftp", [.. Options(server), "-P", $"{server.Port}", "-b", "-", $"{WaybillServer.User}@127.0.0.1"], batch + "\n", TimeSpan.FromSeconds(240));

    internal static Task<ProcessOutcome> ScpAsync(WaybillServer server, string local, string remote) => ExternalProcess.RunAsync(
        "scp", [.. Options(server), "-O", "-P", $"{server.Port}", local, $"{WaybillServer.User}@127.0.0.1:{remote}"], timeout: TimeSpan.FromSeconds(240));

    private static string[] Options(WaybillServer server) =>
        ["-F", "none", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", $"UserKnownHostsFile={server.KnownHosts}", "-i", server.Key];
}
